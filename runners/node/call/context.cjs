'use strict';

/**
 * The context object that the handler gets beside the event.
 *
 * Its keys and their types are those of AWS's Node runtime (InvokeContext.js and CallbackContext.js
 * in aws-lambda-nodejs-runtime-interface-client): all are the object's own, so that a middleware may
 * spread it into another, and the memory limit is a string.
 */

/**
 * @param {object} spec of LOAD
 * @param {import('./invocation.cjs').Invocation} invocation
 * @param {{client_context?: object, identity?: object}} extras
 */
function createContext(spec, invocation, extras) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: spec.function,
    functionVersion: spec.version,
    memoryLimitInMB: String(spec.memory_mb),
    logGroupName: spec.log_group,
    logStreamName: spec.log_stream,
    awsRequestId: invocation.requestId,
    invokedFunctionArn: spec.arn,
    clientContext: extras.client_context,
    identity: extras.identity,
    getRemainingTimeInMillis: () =>
      Math.max(0, Math.floor(invocation.deadline - performance.now())),
    done: (error, value) => invocation.done(error, value),
    succeed: (value) => invocation.succeed(value),
    fail: (error) => invocation.fail(error),
  };
}

module.exports = { createContext };
