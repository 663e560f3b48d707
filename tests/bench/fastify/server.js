// The plain read a user would write instead: one row by key, no token, no trail. It is measured, never shipped.

import Fastify from 'fastify'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 })
const app = Fastify({ logger: false })

const ticket = (number) => ({
  name: 'ticket',
  text: `select ticket_id, number, subject, status, priority, type, tags, requester_id, assignee_id, group_id, organization_id,
                external_source, external_id, version, created_at, updated_at, closed_at
           from ringfence.tickets where tenant_id = $1 and number = $2`,
  values: [process.env.TENANT_ID, number],
})
const answer = (reply, { rows }) => (rows.length === 0 ? reply.code(404).send({ error: 'not found' }) : rows[0])

app.get('/tickets/:number', async (request, reply) => answer(reply, await pool.query(ticket(request.params.number))))

// The same as policies ask for it that go by a setting: four statements, each waiting for the one before it.
app.get('/tenant/tickets/:number', async (request, reply) => {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query({ name: 'tenant', text: "select set_config('app.tenant_id', $1, true)", values: [process.env.TENANT_ID] })
    const read = await client.query(ticket(request.params.number))
    await client.query('commit')
    return answer(reply, read)
  } finally {
    client.release()
  }
})

console.log(`listening on ${await app.listen({ host: '127.0.0.1', port: 0 })}`)
