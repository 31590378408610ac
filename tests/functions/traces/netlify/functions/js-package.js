const each = require('each-of');

exports.handler = async () => {
  each(['a'], (text) => text.missing.length);
};
