'use strict';

/**
 * Makes the process the function's own: environment, time zone, working directory.
 */

const { RuntimeError } = require('../errors/errors.cjs');

/**
 * Replaces the process's environment. Setting and deleting `TZ` makes Node forget the old zone.
 *
 * @param {Record<string, string>} wanted
 */
function replaceEnvironment(wanted) {
  const { env } = process;
  for (const name of Object.keys(env)) if (!Object.hasOwn(wanted, name)) delete env[name];
  for (const [name, value] of Object.entries(wanted)) if (env[name] !== value) env[name] = value;
}

/**
 * @param {string} directory the new working directory
 * @throws {RuntimeError} it is not there, or closed to us
 */
function changeDirectory(directory) {
  try {
    process.chdir(directory);
  } catch (error) {
    throw new RuntimeError(
      'Runtime.ImportModuleError',
      `The working directory ${directory} cannot be entered: ${error.code}`,
    );
  }
}

/**
 * Puts AWS's tracing variable where X-Ray's client looks for it.
 *
 * @param {string | undefined} traceId of the invocation that begins
 */
function setTraceId(traceId) {
  if (traceId === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = traceId;
}

module.exports = { changeDirectory, replaceEnvironment, setTraceId };
