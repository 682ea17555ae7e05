// Goes through the flows of the authorization server with openid-client, and prints as JSON what came of each step.
// Usage: node flow.mjs ORIGIN
import * as client from 'openid-client'

const origin = process.argv[2]
const server = new URL(origin)
const options = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] }
const scope = 'payment-requests:create'
const callback = 'http://127.0.0.1:3000/callback'
const report = {}

const CLIENTS = {
  secretInForm: ['harbor-uploads', client.ClientSecretPost('not-a-secret-harbor-uploads'), callback],
  secretInHeader: ['harbor-uploads', client.ClientSecretBasic('not-a-secret-harbor-uploads'), callback],
  public: ['swagger-ui', client.None(), `${origin}/api/v1/ui/oauth2-redirect.html`],
}

const discovered = ([id, authentication]) => client.discovery(server, id, undefined, authentication, options)

// What the user does: read the page, fill in its form, press a button. Gives the address the browser is sent to.
async function decided(url, decision = 'approve') {
  const page = await fetch(url, { redirect: 'manual' })
  if (page.status === 302) return new URL(page.headers.get('location'))
  const html = await page.text()
  const action = html.match(/action="([^"]+)"/)[1].replaceAll('&amp;', '&')
  const csrf = html.match(/name="csrf" value="([^"]+)"/)[1]
  const cookie = page.headers.getSetCookie().map((each) => each.split(';')[0]).join('; ')
  const form = { csrf, decision, username: 'harbor-demo', password: 'not-a-password-harbor' }
  const answer = await fetch(new URL(action, origin), {
    method: 'POST', headers: { cookie }, body: new URLSearchParams(form), redirect: 'manual',
  })
  return new URL(answer.headers.get('location'))
}

async function asked(config, redirect_uri, changes = {}) {
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const parameters = {
    redirect_uri, scope, state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    ...changes,
  }
  const checks = { pkceCodeVerifier: verifier, expectedState: state }
  return { url: client.buildAuthorizationUrl(config, parameters), checks }
}

const upload = `${origin}/api/v1/invoice-uploads/12345678-1234-4234-8234-1234567890ab/preview-url`
const called = async (config, token, url = upload) =>
  (await client.fetchProtectedResource(config, token, new URL(url), 'GET').catch((error) => error)).status

const errorOf = (promise) => promise.then(() => 'none', (error) => error.error ?? error.code)

for (const [name, entry] of Object.entries(CLIENTS)) {
  const config = await discovered(entry)
  const { url, checks } = await asked(config, entry[2])
  const location = await decided(url)
  const first = await client.authorizationCodeGrant(config, location, checks)
  const second = await client.refreshTokenGrant(config, first.refresh_token)
  const steps = { expiresIn: first.expiresIn(), scope: first.scope, type: first.token_type }
  steps.called = await called(config, second.access_token)
  if (name !== 'public') steps.active = (await client.tokenIntrospection(config, second.access_token)).active
  await client.tokenRevocation(config, second.refresh_token)
  steps.calledAfterRevocation = await called(config, second.access_token)
  steps.replayed = await errorOf(client.authorizationCodeGrant(config, location, checks))
  steps.refreshed = await errorOf(client.refreshTokenGrant(config, second.refresh_token))
  report[name] = steps
}

const config = await discovered(CLIENTS.secretInForm)
const refusals = {}
async function refusal(name, changes, decision, check = {}) {
  const { url, checks } = await asked(config, callback, changes)
  const location = await decided(url, decision)
  refusals[name] = await errorOf(client.authorizationCodeGrant(config, location, { ...checks, ...check }))
}
await refusal('denied', {}, 'deny')
await refusal('plain', { code_challenge_method: 'plain' })
await refusal('scope', { scope: 'everything' })
await refusal('nobodyLoggedIn', { prompt: 'none' })
await refusal('wrongVerifier', {}, 'approve', { pkceCodeVerifier: client.randomPKCECodeVerifier() })
await refusal('wrongState', {}, 'approve', { expectedState: client.randomState() })
report.refusals = refusals

const invoices = await discovered(['harbor-invoices', client.ClientSecretBasic('not-a-secret-harbor-invoices')])
const own = await client.clientCredentialsGrant(invoices)
report.clientCredentials = {
  expiresIn: own.expiresIn(),
  called: await called(invoices, own.access_token, `${origin}/pay-int-api/invoices`),
  calledElsewhere: await called(invoices, own.access_token),
}
const stranger = await discovered(['harbor-invoices', client.ClientSecretPost('wrong')])
report.wrongSecret = await errorOf(client.clientCredentialsGrant(stranger))

console.log(JSON.stringify(report))
