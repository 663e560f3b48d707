// One conversation with a running service, in the types that are generated from its document. It knows no field that the document does not name.

import assert from 'node:assert/strict';
import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from '../target/schema.js';

type Ticket = components['schemas']['Ticket'];

function setting(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is set by the test that runs this`);
  return value;
}

function caller(token: string) {
  const client = createClient<paths>({ baseUrl: setting('RINGFENCE_URL') });
  const authenticate: Middleware = {
    onRequest({ request }) {
      request.headers.set('Authorization', `Bearer ${token}`);
    },
    onResponse({ response }) {
      assert.match(response.headers.get('X-Request-Id') ?? '', /^[0-9a-f-]{36}$/);
    },
  };
  client.use(authenticate);
  return client;
}

/** What the service answered, or the problem it named instead. */
function answered<T>(answer: { data?: T; error?: unknown; response: Response }, status: number): T {
  assert.equal(answer.response.status, status, JSON.stringify(answer.error));
  assert.ok(answer.data !== undefined);
  return answer.data;
}

function refused(answer: { error?: components['schemas']['Problem']; response: Response }, status: number): components['schemas']['Problem'] {
  assert.equal(answer.response.status, status);
  assert.ok(answer.error);
  assert.equal(answer.error.status, status);
  assert.equal(answer.error.request_id, answer.response.headers.get('X-Request-Id'));
  return answer.error;
}

const agent = caller(setting('RINGFENCE_AGENT'));
const auditor = caller(setting('RINGFENCE_AUDITOR'));
const tenant = 'acme';

const me = answered(await agent.GET('/v1/me'), 200);
const membership = me.tenants.find((each) => each.slug === tenant);
assert.ok(membership);
assert.equal(membership.role, 'agent');
console.log(`me: ${me.kind} in ${me.tenants.length} tenant`);

const list = answered(await agent.GET('/v1/tenants/{tenant}/tickets', { params: { path: { tenant }, query: { limit: 2, order: '-number', include: 'total' } } }), 200);
assert.equal(list.data.length, 2);
assert.ok(list.page.next_cursor);
const next = answered(await agent.GET('/v1/tenants/{tenant}/tickets', { params: { path: { tenant }, query: { limit: 2, order: '-number', cursor: list.page.next_cursor } } }), 200);
assert.ok(next.data.every((ticket) => list.data.every((before) => before.number > ticket.number)));
console.log(`list: ${list.page.total} tickets in pages`);

const create = () =>
  agent.POST('/v1/tenants/{tenant}/tickets', {
    params: { path: { tenant }, header: { 'Idempotency-Key': 'a-first-conversation' } },
    body: { subject: 'The invoice shows the wrong address', body: 'It still names our *old* office.', tags: ['billing'], priority: 'high' },
  });
const created = await create();
const ticket: Ticket = answered(created, 201);
assert.equal(created.response.headers.get('ETag'), '"1"');
assert.equal(created.response.headers.get('Location'), `/v1/tenants/${tenant}/tickets/${ticket.ticket_id}`);
const again = await create();
assert.deepEqual(answered(again, 201), ticket);
assert.equal(again.response.headers.get('Idempotency-Replayed'), 'true');
console.log('create: once, though it was sent twice');

const named = { path: { tenant, ticket_id: ticket.ticket_id } };
const comment = answered(await agent.POST('/v1/tenants/{tenant}/tickets/{ticket_id}/comments', { params: named, body: { body: 'We are looking into it.', visibility: 'public' } }), 201);
assert.equal(comment.author_id, membership.member_id);
const comments = answered(await agent.GET('/v1/tenants/{tenant}/tickets/{ticket_id}/comments', { params: named }), 200);
assert.deepEqual(comments.data.map((each) => each.visibility), ['public', 'public']);
console.log('comment: said');

const patch = (version: number) =>
  agent.PATCH('/v1/tenants/{tenant}/tickets/{ticket_id}', { params: { ...named, header: { 'If-Match': `"${version}"` } }, body: { subject: 'The invoice shows our old address', external_source: null, external_id: null } });
const stale = refused(await patch(7), 412);
assert.equal(stale.type, '/problems/precondition_failed');
assert.equal(stale.current_version, ticket.version);
const patched = answered(await patch(ticket.version), 200);
assert.equal(patched.version, ticket.version + 1);
console.log('patch: refused when stale, done when not');

const assigned = answered(
  await agent.PUT('/v1/tenants/{tenant}/tickets/{ticket_id}/assignee', { params: { ...named, header: { 'If-Match': `"${patched.version}"` } }, body: { assignee_id: membership.member_id } }),
  200,
);
assert.equal(assigned.assignee_id, membership.member_id);
const solved = answered(await agent.PUT('/v1/tenants/{tenant}/tickets/{ticket_id}/status', { params: { ...named, header: { 'If-Match': `"${assigned.version}"` } }, body: { status: 'solved' } }), 200);
assert.equal(solved.status_category, 'solved');
console.log('assign, solve: done');

const wrong = refused(await agent.POST('/v1/tenants/{tenant}/tickets', { params: { path: { tenant } }, body: { subject: '' } }), 400);
assert.deepEqual(wrong.errors?.map((error) => error.field), ['subject']);

const events = answered(await agent.GET('/v1/tenants/{tenant}/tickets/{ticket_id}/events', { params: named }), 200);
assert.deepEqual(events.data.map((event) => event.kind), ['ticket.created', 'comment.created', 'ticket.updated', 'ticket.assigned', 'ticket.status_set']);
console.log(`events: ${events.data.length}`);

refused(await agent.GET('/v1/tenants/{tenant}/audit', { params: { path: { tenant } } }), 403);
const trail = answered(await auditor.GET('/v1/tenants/{tenant}/audit', { params: { path: { tenant }, query: { object_type: 'ticket', object_id: ticket.ticket_id, order: 'position' } } }), 200);
assert.deepEqual(trail.data.filter((event) => event.decision === 'allow' && event.action.startsWith('ticket.')).map((event) => event.action), ['ticket.created', 'ticket.updated', 'ticket.assigned', 'ticket.status_set']);
assert.ok(trail.data.every((event) => event.actor_id === membership.member_id));
console.log(`audit: ${trail.data.length} events of the ticket`);

const elsewhere = refused(await agent.GET('/v1/tenants/{tenant}/tickets/{ticket_id}', { params: { path: { tenant: 'globex', ticket_id: setting('RINGFENCE_FOREIGN_TICKET') } } }), 404);
const nowhere = refused(await agent.GET('/v1/tenants/{tenant}/tickets/{ticket_id}', { params: { path: { tenant: 'nonesuch', ticket_id: setting('RINGFENCE_FOREIGN_TICKET') } } }), 404);
assert.deepEqual({ ...elsewhere, request_id: '' }, { ...nowhere, request_id: '' });
console.log('another tenant: not found, as if it never existed');
