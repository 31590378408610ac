"""Type checking: what the project's own TypeScript is asked, and what it answers; runs nothing.

tsc is given a tsconfig.json of ours that extends the author's, and whose files are the functions'
main files and the declarations (``*.d.ts``) that the author's includes: what is reported is about
the functions, not about a site beside them, and the author's own settings count.
"""

from polyfn.runtimes.node.types.projects import TypeProject, type_projects
from polyfn.runtimes.node.types.report import TypeIssue, read_report

__all__ = ["TypeIssue", "TypeProject", "read_report", "type_projects"]
