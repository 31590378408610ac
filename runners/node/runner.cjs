'use strict';

/**
 * Starts polyfn's Node runner: says HELLO on the frame pipe, then takes what the supervisor sends.
 *
 * HELLO comes before anything else is loaded: the supervisor answers while we load the rest.
 */

const { FrameOutput } = require('./wire/pipes.cjs');
const { PROTOCOL, RUNNER_VERSION, encode } = require('./wire/protocol.cjs');

const [readFd, writeFd] = frameFds(process.env.POLYFN_FRAME_FDS);
delete process.env.POLYFN_FRAME_FDS;

const output = new FrameOutput(writeFd, leave);
const info = {
  protocol: PROTOCOL,
  runtime: 'node',
  runtime_version: process.versions.node,
  runner_version: RUNNER_VERSION,
};
output.write(encode('HELLO', 0, [JSON.stringify(info)]));

const { Session } = require('./session.cjs');
new Session(readFd, output).start();

/** Ends the process when the supervisor is gone; or when the pipe to it is, which is told. */
function leave(error) {
  if (error.code !== 'EBADF') process.exit(0);
  require('node:fs').writeSync(
    2,
    "polyfn's Node runner stops: the function has closed the descriptor by which it answers, " +
      `${writeFd}. Close only what you have opened.\n`,
  );
  process.exit(70);
}

function frameFds(text) {
  const match = /^(\d+),(\d+)$/.exec(text ?? '');
  if (match !== null) return [Number(match[1]), Number(match[2])];
  process.stderr.write(
    'POLYFN_FRAME_FDS must say READ,WRITE: polyfn starts this program, not a person\n',
  );
  return process.exit(70);
}
