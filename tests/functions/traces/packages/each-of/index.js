module.exports = function each(list, callback) {
  for (const item of list) callback(item);
};
