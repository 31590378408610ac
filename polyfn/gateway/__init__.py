"""The HTTP edge: a request becomes an invocation, and its result a response.

::

    server ─▶ gateway ─▶ router (which function?) ─▶ events (what does it get?) ─▶ Invoker
                  ◀── responses, judge (what did it say?), errors (what went wrong?) ◀──

Only `server` knows the HTTP server; everything else sees an ASGI callable at most. `admin` and
`presence` are how other commands of the same user find and reach it.
"""
