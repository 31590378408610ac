'use strict';

/**
 * The JSON objects inside messages: LOAD's spec, INVOKE's extras.
 */

const { PROTOCOL, ProtocolViolation } = require('../wire/protocol.cjs');

/**
 * What LOAD asks for; of another protocol only the `protocol` is sure to be there.
 *
 * @param {Uint8Array} bytes
 * @returns {object} its keys are in PROTOCOL.md §3, and ours in README.md
 * @throws {ProtocolViolation}
 */
function specOf(bytes) {
  const spec = jsonObject(bytes, 'LOAD');
  if (spec.protocol !== PROTOCOL) return spec;
  for (const key of ['main_file', 'root', 'cwd']) {
    if (typeof spec[key] !== 'string') throw new ProtocolViolation(`LOAD has no '${key}'`);
  }
  if (typeof spec.env !== 'object' || spec.env === null) {
    throw new ProtocolViolation("LOAD has no 'env'");
  }
  return spec;
}

/**
 * @param {Uint8Array} bytes
 * @param {string} what the message's name, for the error
 * @returns {object}
 * @throws {ProtocolViolation}
 */
function jsonObject(bytes, what) {
  let value;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new ProtocolViolation(`${what} does not hold JSON: ${error.message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new ProtocolViolation(`${what} does not hold a JSON object`);
}

module.exports = { jsonObject, specOf };
