'use strict';

/**
 * `context.cookies`: reads the request's cookies, and keeps those that the response is to set.
 *
 * The rules are those of Netlify's runtime (@netlify/serverless-functions-api, CookieStore), which
 * has them from Deno's `std/http/cookie.ts`.
 */

const NAME = /^[^\x00-\x20\x7f-\uffff()@<>,;:\\"[\]?={}]+$/;
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e\x80]*$/;
const PATH = /^[\x20-\x3a\x3c-\x7e]*$/;

class Cookies {
  #lines = [];
  #request;

  /** @param {Request} request */
  constructor(request) {
    this.#request = request;
    // Own keys, each of which may be taken out of the object.
    this.get = (name) => parse(this.#request.headers.get('cookie'))[name];
    this.set = (cookie, value) => this.#set(cookie, value);
    this.delete = (cookie) => this.#delete(cookie);
  }

  /**
   * @param {Cookies} cookies
   * @returns {string[]} a `set-cookie` header each
   */
  static lines(cookies) {
    return cookies.#lines;
  }

  #set(cookie, value) {
    if (typeof cookie !== 'string') this.#add({ ...cookie });
    else if (typeof value === 'string') this.#add({ name: cookie, value });
    else throw new TypeError("You must provide the cookie value as a string to 'cookies.set'");
  }

  #delete(cookie) {
    const options = typeof cookie === 'string' ? { name: cookie } : cookie;
    const { name, path = '/', domain } = options;
    this.#add({ name, path, domain, value: '', expires: new Date(0) });
  }

  #add(cookie) {
    const line = serialize(cookie);
    if (line !== '') this.#lines.push(line);
  }
}

/** The cookies of a header; of one that comes twice, the last. */
function parse(header) {
  const cookies = {};
  for (const pair of header === null ? [] : header.split(';')) {
    const [name, ...value] = pair.split('=');
    cookies[name.trim()] = value.join('=');
  }
  return cookies;
}

function serialize(cookie) {
  if (!cookie.name) return '';
  check(cookie);
  let { secure, path, domain } = cookie;
  if (cookie.name.startsWith('__Secure')) secure = true;
  if (cookie.name.startsWith('__Host')) {
    path = '/';
    secure = true;
    domain = undefined;
  }
  const parts = [`${cookie.name}=${cookie.value}`];
  if (secure) parts.push('Secure');
  if (cookie.httpOnly) parts.push('HttpOnly');
  if (Number.isInteger(cookie.maxAge)) parts.push(`Max-Age=${cookie.maxAge}`);
  if (domain) parts.push(`Domain=${domain}`);
  if (cookie.sameSite) parts.push(`SameSite=${cookie.sameSite}`);
  if (path) parts.push(`Path=${path}`);
  if (cookie.expires) parts.push(`Expires=${new Date(cookie.expires).toUTCString()}`);
  if (cookie.unparsed) parts.push(cookie.unparsed.join('; '));
  return parts.join('; ');
}

function check({ name, value, maxAge, path, domain }) {
  if (!NAME.test(name)) throw new TypeError(`Invalid cookie name: "${name}".`);
  if (!VALUE.test(value ?? ''))
    throw new Error(`The value of the cookie '${name}' has a character that must be encoded`);
  if (maxAge < 0) throw new Error('Max-Age must be an integer superior or equal to 0');
  if (!PATH.test(path ?? '')) throw new Error(`${path}: invalid cookie path`);
  if (/^-|[.-]$/.test(domain ?? ''))
    throw new Error(`Invalid first/last char in cookie domain: ${domain}`);
}

module.exports = { Cookies };
