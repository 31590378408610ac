'use strict';

/**
 * Makes old Nodes load ES modules from plain `.js` files, as 20.19 and 22.12 do by themselves.
 *
 * It costs a thread (`module.register`), so it is asked for only after such a file has failed.
 */

const module_ = require('node:module');

/** Accepts ES module syntax in `.js` files outside packages of type "module", from now on. */
function acceptModuleSyntax() {
  if (process.features.require_module === undefined && module_.register !== undefined) {
    module_.register('./module_syntax_hook.mjs', require('node:url').pathToFileURL(__filename));
  }
}

module.exports = { acceptModuleSyntax };
