/** Nothing: a runner that waits for LOAD imports it, so that Node's loader of ES modules is ready. */
