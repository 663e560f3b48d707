// The plain read a user would write instead: one row by key, no tenant check, no token, no trail. It is measured, never shipped.

import Fastify from 'fastify'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 })
const app = Fastify({ logger: false })

app.get('/tickets/:number', async (request, reply) => {
  const { rows } = await pool.query({
    name: 'ticket',
    text: `select ticket_id, number, subject, status, priority, type, tags, requester_id, assignee_id, group_id, organization_id,
                  external_source, external_id, version, created_at, updated_at, closed_at
             from ringfence.tickets where tenant_id = $1 and number = $2`,
    values: [process.env.TENANT_ID, request.params.number],
  })
  if (rows.length === 0) return reply.code(404).send({ error: 'not found' })
  return rows[0]
})

console.log(`listening on ${await app.listen({ host: '127.0.0.1', port: 0 })}`)
