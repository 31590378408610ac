"""One live child of one deployment, from its start to its reaping.

Everything that can happen to it comes in as an event of `polyfn.pool.states`: what the runner
says, what its caller wants, and that the process has ended. Its ending comes in this order: the
process is reaped, what is left in its pipes is read, open calls fail, `on_dead` is called.
"""

from __future__ import annotations

import asyncio
import itertools
import signal
from typing import TYPE_CHECKING, Final, Self

from polyfn.errors import HandlerFailed, LoadFailed, PolyfnError
from polyfn.pool import exits
from polyfn.pool.calls import Call, Stream
from polyfn.pool.child import Listener
from polyfn.pool.inspector.target import Target, Uninspected
from polyfn.pool.journal import Journal
from polyfn.pool.json_fields import extras_of
from polyfn.pool.loaded import nobody_watches
from polyfn.pool.opening import Opening
from polyfn.pool.start import start_child
from polyfn.pool.states import Event, State, after
from polyfn.pool.time_limit import TimeLimit
from polyfn.wire import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyfn.errors import ProtocolViolation
    from polyfn.pool.child import Child
    from polyfn.pool.conversation import Conversation
    from polyfn.pool.deployment import Deployment
    from polyfn.pool.spare import Spare
    from polyfn.pool.spawner import Spawner
    from polyfn.ports import LogSink
    from polyfn.settings.values import Limits
    from polyfn.wire.connection import FromRunner

# The rungs of the stop ladder after the drain limit.
_AFTER_EOF_S: Final = 0.25
_AFTER_TERM_S: Final = 0.5
_ENDINGS: Final = (m.Result, m.Value, m.End)
_numbers = itertools.count(1)


class Instance:
    """A child process that runs one invocation at a time; an async context manager.

    Args:
        on_idle: Called whenever it can take an invocation again.
        on_dead: Called once, when its process has been reaped.
        on_loaded: Called with files that the function was loaded from, as the runner tells them:
            before `start` returns or raises, and again after later calls.
        target: What debuggers attach to.
    """

    def __init__(
        self,
        deployment: Deployment,
        limits: Limits,
        sink: LogSink,
        spawner: Spawner,
        *,
        on_idle: Callable[[Instance], None],
        on_dead: Callable[[Instance], None],
        on_loaded: Callable[[tuple[str, ...]], None] = nobody_watches,
        target: Target | None = None,
    ) -> None:
        self.deployment = deployment
        self.function = deployment.function.name
        self.name = f"{self.function}/{next(_numbers)}"
        self.state = State.STARTING
        self.dead = asyncio.Event()
        self.start_s = 0.0
        self.last_used = 0.0
        self.is_fresh = True
        self._left_idle = False
        self._limits = limits
        self._spawner = spawner
        self._on_idle = on_idle
        self._on_dead = on_dead
        self._on_loaded = on_loaded
        self._loop = asyncio.get_running_loop()
        launch = deployment.launch
        self._journal = Journal(sink, self.function, self.name, launch)
        self._calls: dict[int, Call] = {}  # one at most
        self._held: set[int] = set()  # calls whose work goes on after their answer
        self._limit = TimeLimit(self._loop, deployment.function, limits, self._expire)
        self._target = target or Uninspected()
        self._target.on_left = self._count_anew
        self._target.on_given_up = self._give_up
        self._opening = Opening(late=self._late, is_patient=lambda: self._target.patient)
        self._failure: PolyfnError | None = None
        self._child: Child | None = None
        self._channel: Conversation  # the child's, from its start on
        self._burial: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.stop()

    @property
    def pid(self) -> int:
        """The child's process id; 0 before it is started."""
        return self._child.pid if self._child else 0

    async def start(self, spare: Spare | None = None) -> None:
        """Spawn the child, and load the function.

        Args:
            spare: A child that has booted already, which it takes.

        Raises:
            LoadFailed: The function does not load.
            InitTimedOut: It takes too long.
            Unavailable: The system refused to start the process, or there is nothing to start.
        """
        began = self._loop.time()
        if spare is None:
            await self._spawn()
        try:
            if spare is not None:
                self._adopt(spare)
            await self._opening.wait(self._limits.init_timeout_s)
        except BaseException:
            self.kill()
            await self._dies_within(_AFTER_TERM_S)
            raise
        self.start_s = self._loop.time() - began

    async def _spawn(self) -> None:
        child = start_child(self.deployment, self._spawner, self._ears())
        self._child, self._channel = child, child.channel
        self._target.pid = child.pid
        await child.open()

    def _adopt(self, spare: Spare) -> None:
        self._child = spare.hand_over(self._ears())
        self._channel, self._target.pid = self._child.channel, self._child.pid
        self.deployment.check()
        if spare.booted:
            self._on_hello()

    def _ears(self) -> Listener:
        read = self._target.reader(self._journal.raw)
        return Listener(self._on_message, self._on_frames_end, read, self._on_exit)

    def begin(self, call: Call) -> None:
        """Send an event; only when IDLE. The call's answer comes by itself."""
        self._apply(Event.INVOKE)
        now = self._loop.time()
        call.begin(now)
        call.timing.cold, self.is_fresh = self.is_fresh, False
        call.timing.init_s = self.start_s if call.timing.cold else 0.0
        invocation = call.invocation
        number = self._channel.invoke(
            request_id=invocation.request_id,
            remaining_ms=int(invocation.timeout_s * 1000),
            want=invocation.want,
            event=invocation.event,
            body_kind=invocation.body_kind,
            body=invocation.body if invocation.body_kind else None,
            extras=extras_of(invocation),
        )
        self._calls[number] = call
        self._journal.begin(number, invocation.request_id)
        self._limit.begin(now, invocation.timeout_s)

    async def stop(self, drain_s: float = 0.0) -> None:
        """End it: drain, end of file, SIGTERM, SIGKILL; returns when it is reaped."""
        if self._child is None:
            return
        if drain_s and self.state in (State.IDLE, State.BUSY):
            self._apply(Event.DRAIN)
            self._channel.drain()
            await self._dies_within(drain_s)
        if self.state is not State.DEAD:
            self._apply(Event.STOP)
            self._channel.close_input()
        if not await self._dies_within(_AFTER_EOF_S):
            self._child.signal(signal.SIGTERM)
        if not await self._dies_within(_AFTER_TERM_S):
            self.kill()
        await self.dead.wait()

    def note(self, level: str, text: str) -> None:
        """Have polyfn's own word on it in its log."""
        self._journal.note(level, text)

    def kill(self) -> None:
        """End it at once, with all it has started."""
        if self._child is not None and self.state is not State.DEAD:
            self._apply(Event.STOP)
            self._child.signal(signal.SIGKILL)

    def _late(self, what: str, limit_s: float) -> PolyfnError:
        main_file, words = self.deployment.main_file, self._journal.last_words()
        return exits.not_ready(self.function, what, limit_s, main_file, words)

    # What the runner says

    def _on_message(self, message: FromRunner) -> None:
        if isinstance(message, m.Log):
            self._journal.said(message.id, message.stream, message.level, message.text)
        elif message.id == 0:
            self._on_lifecycle(message)
        else:
            self._on_call_message(message)

    def _on_lifecycle(self, message: FromRunner) -> None:
        match message:
            case m.Hello():
                self._on_hello()
            case m.Ready():
                self._apply(Event.READY)
                if self.state is State.STOPPING:
                    return
                self.last_used = self._loop.time()
                self._target.ready()
                self._opening.ready()
            case m.Loaded(_, files):
                self._on_loaded(tuple(files))
            case m.Error():
                self._on_lifecycle_error(message)

    def _on_hello(self) -> None:
        self._apply(Event.HELLO)
        if self.state is State.STOPPING:
            return
        self._opening.booted()
        spec = {**self.deployment.load_spec(), **self._target.load}
        self._channel.load(spec)

    def _on_lifecycle_error(self, message: m.Error) -> None:
        name, text, trace = self._journal.failed(message)
        if not self._opening.is_over:
            self._opening.fail(LoadFailed(text, trace=trace, type_=name))
        elif message.fatal:
            self._journal.note("error", exits.failed_late(self.function))
            self._retire()

    def _on_call_message(self, message: FromRunner) -> None:
        call = self._calls.get(message.id)
        if call is None:  # it was given up: the answer comes too late
            if isinstance(message, m.Release):
                self._held.discard(message.id)
                self._free()
                self._offer()
            return
        if isinstance(message, _ENDINGS):
            self._end_call(message.id, call)
            self._offer()  # the next call is on its way before this one's caller does its part
            call.finish(message)
            return
        match message:
            case m.Chunk(_, data):
                call.chunk(data)
            case m.Head():
                self._begin_stream(message, call)
            case m.Hold():
                self._held.add(message.id)
            case m.Error():
                name, text, trace = self._journal.failed(message)
                if message.fatal:
                    self._retire()
                self._end_call(message.id, call)
                call.fail(HandlerFailed(text, trace=trace, type_=name))
                self._offer()

    def _begin_stream(self, head: m.Head, call: Call) -> None:
        self._limit.stream(call.began)
        call.begin_stream(head, Stream(self._channel, lambda: self._cancel(head.id)))

    def _cancel(self, number: int) -> None:
        self._channel.cancel(number)
        if number in self._calls:
            self._limit.unread()

    def _end_call(self, number: int, call: Call) -> None:
        """Close the books of a call; if it left nothing to do, the instance is free."""
        del self._calls[number]
        call.end(self._loop.time())
        if number in self._held:
            self._limit.hold(call.began, call.invocation.timeout_s)
        else:
            self._free()

    def _free(self) -> None:
        """All that a call began is done: its log is complete, its timer off."""
        self._limit.off()
        self.last_used = self._loop.time()
        if self._child is not None:
            self._child.log.end_of_request()
        self._apply(Event.ANSWER)

    def _offer(self) -> None:
        if self.state is State.IDLE:
            self._on_idle(self)

    # What goes wrong

    def _count_anew(self) -> None:
        """No debugger is attached any more, or one still is: what runs gets its whole time."""
        if self._calls or self._held:
            self._limit.again()

    def _give_up(self) -> None:
        """The debugger that it waits for will not come."""
        self._failure = exits.waited_in_vain(self.function)
        self.kill()

    def _expire(self) -> None:
        if self._target.attached:
            self._count_anew()
            return
        if not self._calls:
            self._journal.note("error", exits.timed_out_held(self.function))
            self._held.clear()
            self.kill()
            return
        _, call = self._calls.popitem()
        call.end(self._loop.time())
        self._failure = self._limit.error(call.timing.run_s)
        if call.unread:
            self._journal.note("error", self._failure.message)
        self.kill()
        call.fail(self._failure)

    def _on_frames_end(self, violation: ProtocolViolation | None) -> None:
        if violation is not None:
            self._failure = exits.broke_protocol(self.function, violation)
            self._journal.note("error", self._failure.message)
            self.kill()
        elif self.state is not State.DEAD:
            self._left_idle = self.state is State.IDLE
            self._apply(Event.STOP)
            self._loop.call_later(_AFTER_EOF_S, self._end_mute)

    def _retire(self) -> None:
        """Take no more: it says that it ends by itself, and is helped when it does not."""
        self._apply(Event.STOP)
        self._loop.call_later(_AFTER_EOF_S, self.kill)

    def _end_mute(self) -> None:
        if self._calls and self._failure is None:
            self._failure = exits.went_mute(self.function)
        self.kill()

    def _on_exit(self, child: Child, code: int) -> None:
        self._burial = self._loop.create_task(self._bury(child, code))

    async def _bury(self, child: Child, code: int) -> None:
        unread, lost = await child.read_the_rest()
        self._limit.close()
        child.close()
        self._target.gone()
        if self._left_idle:
            self._journal.note("error", exits.died_uncalled(self.function, code))
        elif self._held and not self._calls and self._failure is None:
            self._journal.note("error", exits.died_held(self.function, code))
        self._apply(Event.EXIT)
        words = self.deployment.launch.explain_end(self._journal.last_words())
        unloaded = unread or lost or code == -signal.SIGKILL
        never = exits.died_while_loading(self.function, code, words, unread=unloaded)
        self._opening.fail(self._failure or never)
        died = exits.died_unread if unread else exits.died_in_invocation
        for call in self._calls.values():
            call.end(self._loop.time())
            how = exits.died_in_stream if call.streams else died
            call.fail(self._failure or how(self.function, code, words))
        self._calls.clear()
        self.dead.set()
        self._on_dead(self)

    async def _dies_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self.dead.wait()
        except TimeoutError:
            return False
        return True

    def _apply(self, event: Event) -> None:
        self.state = after(self.state, event)
