'use strict';

/**
 * The `context` of a modern function: what Netlify's runtime gives
 * (@netlify/serverless-functions-api, `getContext`), from the event and the environment.
 *
 * All keys are the object's own, so that it may be spread into another. None is a getter: making one
 * takes V8 longer than any of the values.
 */

const { Cookies } = require('./cookies.cjs');

/** Netlify's feature flags of an account: there are none here. */
const FLAGS = Object.freeze({ get: () => undefined, evaluations: Object.freeze(new Set()) });

/**
 * @param {object} event `headers`, `route`, `params`
 * @param {Request} request
 * @param {import('./invocation.cjs').RequestInvocation} invocation
 * @param {object} place from `placeOf`
 */
function createContext(event, request, invocation, place) {
  const headers = event.headers ?? {};
  const cookies = (invocation.cookies = new Cookies(request));
  return {
    account: { id: headers['x-nf-account-id'] ?? '' },
    cookies,
    deploy: deployOf(headers, place),
    flags: FLAGS,
    geo: place.geoOf(headers['x-nf-geo']),
    ip: headers['x-nf-client-connection-ip'] ?? '',
    json,
    log: console.log,
    next,
    params: event.params ?? {},
    path: event.route ?? undefined,
    requestId: headers['x-nf-request-id'] ?? invocation.requestId,
    rewrite: (input) => rewrite(input, request.url),
    server: { region: place.region },
    site: { id: place.siteId ?? headers['x-nf-site-id'], name: place.siteName, url: place.siteUrl },
    url: new URL(request.url),
    waitUntil(promise) {
      if (arguments.length === 0)
        throw new TypeError('waitUntil: At least 1 argument required, but only 0 passed');
      invocation.waitUntil(promise);
    },
  };
}

/**
 * What is the same for every request: reading a variable takes half a microsecond.
 *
 * @param {Record<string, string>} env
 */
function placeOf(env) {
  return {
    branch: env.BRANCH ?? '',
    deployContext: env.CONTEXT ?? '',
    deployId: env.DEPLOY_ID ?? '0', // as with Netlify's own development server
    region: env.AWS_REGION,
    siteId: env.SITE_ID,
    siteName: env.SITE_NAME,
    siteUrl: env.URL,
    geoOf: remembering(parseGeo),
  };
}

/** Clients mostly come from the same place; what a function gets is its own to change. */
function remembering(parse) {
  let last;
  let parsed;
  return (header) => {
    if (header !== last || parsed === undefined) {
      last = header;
      parsed = parse(header);
    }
    const { country, subdivision, ...rest } = parsed;
    if (country !== undefined) rest.country = { ...country };
    if (subdivision !== undefined) rest.subdivision = { ...subdivision };
    return rest;
  };
}

function parseGeo(header) {
  let geo;
  try {
    geo = JSON.parse(Buffer.from(header ?? '', 'base64').toString('utf8'));
  } catch {
    return {};
  }
  if (typeof geo !== 'object' || geo === null) return {};
  const { postal_code: postalCode, ...rest } = geo;
  return postalCode === undefined ? rest : { ...rest, postalCode };
}

function deployOf(headers, place) {
  return {
    branch: headers['x-nf-branch'] ?? place.branch,
    context: headers['x-nf-deploy-context'] ?? place.deployContext,
    id: headers['x-nf-deploy-id'] ?? place.deployId,
    published: headers['x-nf-deploy-published'] === '1',
    skewProtectionToken: undefined,
  };
}

function json(input) {
  return Response.json(input);
}

function next() {
  throw new Error('`context.next` is not implemented for serverless functions');
}

/** A path is one of this site; the query stays. */
async function rewrite(input, from) {
  if (typeof input !== 'string' || !input.startsWith('/')) return fetch(new URL(input));
  const url = new URL(from);
  url.pathname = input;
  return fetch(url);
}

module.exports = { createContext, placeOf };
