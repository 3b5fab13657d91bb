import type { Random } from '../../random.ts'
import { entryOf, normalEmail, type Told } from '../told.ts'
import type { ContactAct } from './kinds.ts'

// Field names and values: Debezium, connector for SQL Server (change event values).

/** A change of the shop's own table of accounts. Its key is the user id; where it stands in the log is the event's id. */
export function debeziumChange(random: Random, act: ContactAct): Told {
  const userId = act.person.userId ?? ''
  const row = {
    id: userId,
    email: act.typedEmail,
    first_name: act.person.firstName,
    newsletter: true,
  }
  const lsn = (): string => `${random.hex(8)}:${random.hex(8)}:${random.hex(4)}`
  const [commit, change] = [lsn(), lsn()]
  const serial = 1 + random.int(2)
  return {
    payload: {
      before: { ...row, newsletter: false },
      after: row,
      source: {
        version: '3.4.0.Final',
        connector: 'sqlserver',
        name: 'shop',
        ts_ms: act.at,
        snapshot: 'false',
        db: 'shop',
        schema: 'dbo',
        table: 'users',
        change_lsn: change,
        commit_lsn: commit,
        event_serial_no: serial,
      },
      op: 'u',
      ts_ms: act.at + 512,
      transaction: null,
    },
    entry: entryOf(act, {
      id: `sqlserver/shop/shop.dbo.users/u/${commit},${change},${serial}`,
      source: 'debezium',
      channel: 'crm',
      type: 'contact_updated',
      identifiers: [
        ['user_id', userId],
        ['email', normalEmail(act.typedEmail)],
      ],
    }),
  }
}
