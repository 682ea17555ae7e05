// node backend.cjs PORT CONTRACT TOKEN MODULES KEY [thorough]: openapi-backend as its guide has it.
// `thorough`: with Express, tokens verified by KEY, formats and answers checked; else on a server of Node's own, a token
// compared.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { createPublicKey, randomUUID } = require('node:crypto');

const [port, contract, token, modules, key, mode] = process.argv.slice(2);
const from = (name) => require(path.join(modules, name));
const { OpenAPIBackend } = from('openapi-backend');
const isThorough = mode === 'thorough';
const definition = from('js-yaml').load(fs.readFileSync(contract, 'utf8'));

// It refuses links whose request body is an object of expressions, which say nothing of what it does, and `nullable`
// without a type; so its answer has no null there.
const invoice = definition.components.examples.PaidInvoice.value;
invoice.customer.shippingAddress = invoice.customer.billingAddress;
const isRefused = (name, node) => name === 'links' || (name === 'nullable' && node.type === undefined);

function acceptable(node) {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map(acceptable);
  const kept = Object.entries(node).filter(([name]) => !isRefused(name, node));
  return Object.fromEntries(kept.map(([name, value]) => [name, acceptable(value)]));
}

const refused = (status, details) => ({ status, body: { details } });

function verifying() {
  const { n, e, kty } = JSON.parse(fs.readFileSync(key, 'utf8'));
  const publicKey = createPublicKey({ key: { n, e, kty }, format: 'jwk' });
  const { verify } = from('jsonwebtoken');
  return (c) => verify(c.request.headers.authorization.replace('Bearer ', ''), publicKey, { algorithms: ['RS256'] });
}

const comparing = (c) => c.request.headers.authorization === `Bearer ${token}`;
const isKnown = isThorough ? verifying() : comparing;

function checked(c) {
  if (!isThorough || c.response.status !== 200) return c.response;
  const found = c.api.validateResponse(c.response.body, c.operation, 200);
  return found.errors ? refused(500, found.errors) : c.response;
}

const api = new OpenAPIBackend({
  definition: acceptable(definition),
  strict: true,
  ajvOpts: { strict: false, logger: false },
  customizeAjv: (ajv) => (isThorough ? from('ajv-formats')(ajv) : ajv),
  handlers: {
    getInvoice: () => ({ status: 200, body: invoice }),
    createInvoice: () => ({ status: 200, body: { id: randomUUID() } }),
    validationFail: (c) => refused(400, c.validation.errors),
    unauthorizedHandler: () => refused(401, 'no token'),
    notFound: () => refused(404, 'no such path'),
    notImplemented: () => refused(501, 'not answered here'),
    postResponseHandler: checked,
  },
  securityHandlers: {
    BearerInvoices: isKnown,
    BearerMerchants: isKnown,
    BearerCustomers: isKnown,
    BearerPayments: isKnown,
  },
});

function express() {
  const app = from('express')();
  app.use(from('express').json());
  app.use(async (request, response) => {
    const { status, body } = await api.handleRequest(request).catch((error) => refused(500, String(error)));
    response.status(status).json(body);
  });
  return app;
}

async function answer(request, content) {
  const [place, query] = request.url.split('?');
  const body = content.length ? JSON.parse(content) : undefined;
  return api.handleRequest({ method: request.method, path: place, query, body, headers: request.headers });
}

const plain = () => http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const { status, body } = await answer(request, Buffer.concat(chunks)).catch((error) => refused(500, String(error)));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
});

api.init().then(() => (isThorough ? express() : plain()).listen(Number(port), '127.0.0.1'));
