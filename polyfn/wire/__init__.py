"""The runner protocol without I/O: bytes ↔ frames ↔ messages, and what is legal when.

`runners/PROTOCOL.md` is normative; the golden frames in `runners/vectors/` hold this room and every
runner to it.
"""
