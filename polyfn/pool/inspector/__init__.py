"""Debuggers: each inspected function has a port of its own, whichever process runs it.

polyfn itself listens there and connects who attaches to the inspector of the process that runs the
function now, which has a port that the system picked. So the port is known before any process is
there, stays through reloads and restarts, and is never held by a version that has had its time; and
it is known when a debugger is attached, without asking a process that may be paused. (Cloudflare's
wrangler came to the same, workers-sdk #4302.)
"""
