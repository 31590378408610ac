const { spawnSync } = require("node:child_process");
const fs = require("node:fs");

console.log("loading");
fs.writeSync(1, "loading, to fd 1\n");

exports.handler = async (event, context) => {
  const id = context.awsRequestId;
  console.log(`${id} log 1`);
  process.stdout.write(`${id} log 2\n`);
  console.error(`${id} log 3`);
  process.stderr.write(`${id} log 4\n`);
  fs.writeSync(1, `${id} raw 1\n`);
  spawnSync("/bin/sh", ["-c", `echo ${id} raw 2; echo ${id} raw 3 >&2`], { stdio: "inherit" });
  fs.writeSync(2, `${id} raw 4\n`);
  return { statusCode: 200, body: id };
};
