"""The page's HTML and its style sheet; what is put in has been escaped."""

from __future__ import annotations

from string import Template
from typing import Final

PAGE: Final = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$status $type</title>
<style>
  :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #fff; --edge: #d9dee6;
          --sheet: #f5f7fa; --mark: #b3261e; --hit: #fde7e5; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e6e9ee; --soft: #98a3b3; --paper: #14181f; --edge: #2c3440; --sheet: #1b212a;
            --mark: #ff8a80; --hit: #47262a; }
  }
  body { margin: 0; background: var(--paper); color: var(--ink);
         font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem; }
  .status { color: var(--soft); margin: 0; }
  h1 { color: var(--mark); font-size: 1.5rem; margin: .25rem 0 .75rem; overflow-wrap: anywhere; }
  h2 { font-size: .875rem; font-weight: 600; color: var(--soft); margin: 1.75rem 0 .5rem; }
  pre { font: .875rem/1.6 ui-monospace, "Liberation Mono", monospace; margin: 0; }
  .message { font-size: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
  .sheet { padding: .75rem 0; background: var(--sheet); border: 1px solid var(--edge);
           border-radius: .5rem; overflow-x: auto; }
  .sheet > * { display: block; width: max-content; min-width: 100%; box-sizing: border-box; }
  .rows > span { display: block; padding: 0 1rem; }
  .rows i { display: inline-block; min-width: 2.5em; margin-right: 1.25em; text-align: right;
            font-style: normal; color: var(--soft); user-select: none; }
  .rows .hit { background: var(--hit); box-shadow: inset 3px 0 var(--mark); }
  .lines { padding: 0 1rem; }
  .own { font-weight: 600; }
  .far { color: var(--soft); }
  p.next { margin: 0; }
  footer { color: var(--soft); font-size: .875rem; margin-top: 1.75rem;
           padding-top: .75rem; border-top: 1px solid var(--edge); }
  code { font-family: ui-monospace, "Liberation Mono", monospace; }
</style>
</head>
<body>
<main>
<p class="status">$status $reason$function</p>
<h1>$type</h1>
<pre class="message">$message</pre>
$source$trace$advice<footer>Request <code>$request_id</code></footer>
</main>
</body>
</html>
""")
SOURCE: Final = Template(
    '<h2>$place</h2>\n<pre class="sheet"><span class="rows">$rows</span></pre>\n'
)
ROW: Final = Template("<span$hit><i>$number</i>$code</span>")
TRACE: Final = Template(
    '<h2>Trace</h2>\n<pre class="sheet"><span class="lines">$lines</span></pre>\n'
)
ADVICE: Final = Template('<h2>What to do</h2>\n<p class="next">$text</p>\n')
