exports.answer = "ok";
