// A background function: the caller gets 202 at once, the work goes on.
exports.handler = async () => {
  for (let i = 0; i < 5; i += 1) {
    console.log(i);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log("Done");
};
