//! A transaction inside one tenant: the only way to a tenant's rows. Commit consumes it; a drop rolls back.

use crate::database::Lease;
use crate::statement::{Composed, Param};
use crate::{Database, Principal, Sql, StoreError};
use futures_util::future::{self, OptionFuture};
use jiff::Timestamp;
use ringfence_domain::{ContactId, GroupId, IdentityId, MemberId, Permissions, TenantId, permission};
use ringfence_identity::ActorKind;
use tokio_postgres::{Row, Statement};
use uuid::Uuid;

/// What a transaction is for; a read cannot write, by the server's own refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// What `enter` answered: who the caller is in this tenant. For wording alone; the database holds the original.
#[derive(Debug, Clone)]
pub struct Entered {
    /// Whose rights are exercised: the caller's, or those of whom they act for, as far as both have them.
    pub member_id: MemberId,
    /// Who acts.
    pub actor_id: MemberId,
    pub identity_id: IdentityId,
    pub permissions: Permissions,
    /// Where tickets are seen, for rights that go by groups.
    pub group_ids: Vec<GroupId>,
    /// Where their comments are read too.
    read_group_ids: Vec<GroupId>,
    /// Where they are changed.
    changed_group_ids: Vec<GroupId>,
    /// The session or API token shown, where it was one of ours.
    pub credential_id: Option<String>,
    /// The grant that stands behind these rights, where the glass was broken.
    pub break_glass: Option<Uuid>,
    pub kind: ActorKind,
    /// Of an API token, what it holds of its owner's rights, and how long.
    pub limits: Option<TokenLimits>,
}

/// What an API token may be used for at most.
#[derive(Debug, Clone)]
pub struct TokenLimits {
    pub scopes: Vec<String>,
    pub expires_at: Timestamp,
}

pub struct TenantTx {
    lease: Lease,
    access: Access,
    tenant_id: TenantId,
    token: String,
    request: [String; 2],
    /// Who is inside: the transaction stands.
    entered: Option<Entered>,
    /// Who was let in, also where the statement sent along was refused and the transaction is over: for the trail alone.
    met: Option<Entered>,
}

const ENTER: Sql = crate::sql!("context/enter.sql");
const BEGIN_READ: &str = "begin isolation level read committed read only";
const BEGIN_WRITE: &str = "begin isolation level read committed read write";
/// The end of a transaction, and of all that a statement about rows could leave on its connection: settings of the session.
/// Temporary tables and session locks are refused to this role; no other statement is sent (`Lease::prepare`).
const COMMIT: &str = "commit; reset all";
const ROLLBACK: &str = "rollback; reset all";

impl TenantTx {
    /// A transaction for this principal. Nothing is sent yet: the first statement takes BEGIN and `enter` along.
    ///
    /// # Errors
    /// When no connection can be had in time.
    pub async fn open(database: &Database, principal: &Principal, access: Access) -> Result<Self, StoreError> {
        let lease = database.connection().await?;
        let token = database.token_key.mint(principal.tenant_id(), principal.proof(), principal.acting(), principal.request_id(), jiff::Timestamp::now());
        Ok(Self {
            lease,
            access,
            tenant_id: principal.tenant_id(),
            token,
            request: [
                principal.session_id().unwrap_or_default().to_owned(),
                principal.authentication().to_owned(),
            ],
            entered: None,
            met: None,
        })
    }

    /// The tenant that every statement names as `$1`.
    #[must_use]
    pub const fn tenant_id(&self) -> Uuid {
        self.tenant_id.0
    }

    /// Enters without another statement, for work that depends on who the caller turns out to be.
    ///
    /// # Errors
    /// `Refusal::NoEntry` without a live membership of an active tenant.
    pub async fn enter(&mut self) -> Result<&Entered, StoreError> {
        if self.entered.is_none() {
            self.run(None, false).await?;
        }
        self.entered.as_ref().ok_or(StoreError::Refused(crate::Refusal::NoEntry))
    }

    /// Who the caller turned out to be, once entered.
    #[must_use]
    pub const fn entered(&self) -> Option<&Entered> {
        self.entered.as_ref()
    }

    /// Whom the tenant let in, whatever became of the transaction: whose refusal it is.
    #[must_use]
    pub const fn met(&self) -> Option<&Entered> {
        self.met.as_ref()
    }

    /// # Errors
    /// Whatever the statement, or the entry before it, is refused for.
    pub async fn query(&mut self, sql: Sql, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        let statement = self.lease.prepare(sql.text(), false).await?;
        self.run(Some((&statement, params)), false).await
    }

    /// The same for a composed statement.
    ///
    /// # Errors
    /// As `query`.
    pub async fn query_composed(&mut self, composed: &Composed<'_>) -> Result<Vec<Row>, StoreError> {
        let statement = self.lease.prepare(&composed.text, composed.rare).await?;
        self.run(Some((&statement, &composed.params)), false).await
    }

    /// The last statement of the transaction, with COMMIT in the same flush.
    ///
    /// # Errors
    /// As `query`; then nothing was changed.
    pub async fn query_and_commit(mut self, sql: Sql, params: &[Param<'_>]) -> Result<(Entered, Vec<Row>), StoreError> {
        let statement = self.lease.prepare(sql.text(), false).await?;
        let rows = self.run(Some((&statement, params)), true).await?;
        let entered = self.entered.take().ok_or(StoreError::Refused(crate::Refusal::NoEntry))?;
        Ok((entered, rows))
    }

    /// # Errors
    /// When the commit was not confirmed; what became of the transaction is then unknown.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if self.entered.is_none() {
            return Ok(());
        }
        // Unsettled until the answer was seen; an error closes the connection.
        self.lease.answered(self.lease.client()?.batch_execute(COMMIT)).await??;
        self.lease.settled();
        Ok(())
    }

    /// Ends the transaction without a trace. A drop does the same at the cost of the connection.
    ///
    /// # Errors
    /// When the connection broke; the server then rolls back by itself.
    pub async fn rollback(mut self) -> Result<(), StoreError> {
        self.lease.answered(self.lease.client()?.batch_execute(ROLLBACK)).await??;
        self.lease.settled();
        Ok(())
    }

    /// Rolls back, and hands the refusal on: the usual end of a transaction that found nothing to do.
    pub async fn refuse<E>(self, why: E) -> E {
        // The refusal stands whatever becomes of the connection.
        let _ = self.rollback().await;
        why
    }

    /// Sends what the transaction still lacks and the statement in one flush: futures polled together share it.
    async fn run(&mut self, work: Option<(&Statement, &[Param<'_>])>, last: bool) -> Result<Vec<Row>, StoreError> {
        let opening = match self.entered {
            Some(_) => None,
            None => Some(self.lease.prepare(ENTER.text(), false).await?),
        };
        self.lease.unsettle();
        let client = self.lease.client()?;
        let tenant = self.tenant_id.to_string();
        let enter_params: [Param<'_>; 4] = [&tenant, &self.request[0], &self.request[1], &self.token];
        let begin = if self.access == Access::Read { BEGIN_READ } else { BEGIN_WRITE };
        let flush = future::join4(
            OptionFuture::from(opening.is_some().then(|| client.batch_execute(begin))),
            OptionFuture::from(opening.as_ref().map(|enter| client.query_one(enter, &enter_params))),
            OptionFuture::from(work.map(|(statement, params)| client.query(statement, params))),
            OptionFuture::from(last.then(|| client.batch_execute(COMMIT))),
        );
        let (began, entering, rows, ended) = self.lease.answered(flush).await?;
        let entered = (|| {
            began.transpose()?;
            entering.transpose()?.map(|row| Entered::parse(row.try_get("entered")?)).transpose()
        })();
        let outcome = entered.and_then(|entered| {
            self.met = entered.or_else(|| self.met.take());
            Ok::<_, StoreError>(rows.transpose()?.unwrap_or_default())
        });
        if last {
            // Answered at all means ended: a failed transaction is rolled back by its COMMIT.
            match ended.transpose() {
                Ok(_) => self.lease.settled(),
                Err(error) if outcome.is_ok() => return Err(error.into()),
                Err(_) => {}
            }
        } else if outcome.is_err() && matches!(self.lease.answered(client.batch_execute(ROLLBACK)).await, Ok(Ok(()))) {
            self.lease.settled();
        }
        let rows = outcome?;
        if self.entered.is_none() {
            self.entered.clone_from(&self.met);
        }
        Ok(rows)
    }
}

impl Entered {
    /// As `enter` returns it: a line of what is known beside, session or API token|break-glass grant|scopes|expiry or nothing, and then
    /// the lines of the context (`policies/functions/context.sql`).
    fn parse(text: &str) -> Result<Self, StoreError> {
        let lines: Vec<&str> = text.split('\n').collect();
        let [beside, _, _, identity, member, actor, _, kind, _, _, permissions, read, _, change, seen] = lines.as_slice() else { return Err(malformed()) };
        let beside: Vec<&str> = beside.split('|').collect();
        let (credential, glass, limits) = match beside.as_slice() {
            [""] => ("", "", None),
            [credential, glass, _, ""] => (*credential, *glass, None),
            [credential, glass, scopes, expiry] => {
                let scopes = scopes.split(',').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
                (*credential, *glass, Some(TokenLimits { scopes, expires_at: expiry.parse().map_err(|_| malformed())? }))
            }
            _ => return Err(malformed()),
        };
        let listed = |ids: &str| ids.split(',').filter(|id| !id.is_empty()).map(context_id).collect::<Result<Vec<GroupId>, _>>();
        Ok(Self {
            member_id: context_id(member)?,
            actor_id: context_id(actor)?,
            identity_id: context_id(identity)?,
            permissions: Permissions::parse(&permissions.replace(' ', ".")),
            group_ids: listed(seen)?,
            read_group_ids: listed(read)?,
            changed_group_ids: listed(change)?,
            credential_id: (!credential.is_empty()).then(|| credential.to_owned()),
            break_glass: if glass.is_empty() { None } else { Some(glass.parse().map_err(|_| malformed())?) },
            kind: if *kind == ActorKind::Service.as_str() { ActorKind::Service } else { ActorKind::User },
            limits,
        })
    }

    /// Whether a ticket that a change puts into this group is still theirs to change and to see.
    #[must_use]
    pub fn works_in(&self, group: GroupId) -> bool {
        self.group_ids.contains(&group) && self.changed_group_ids.contains(&group)
    }

    /// Whether the doors of comments let them see any of a ticket's, were there one.
    #[must_use]
    pub fn reads_comments(&self, requester: ContactId, group: Option<GroupId>) -> bool {
        let may = |permission| self.permissions.has(permission);
        may(permission::COMMENT_READ)
            || may(permission::COMMENT_READ_GROUP) && group.is_some_and(|group| self.read_group_ids.contains(&group))
            || may(permission::COMMENT_READ_OWN) && requester.0 == self.member_id.0
    }

    /// On whose behalf, where somebody acts for another.
    #[must_use]
    pub fn on_behalf_of(&self) -> Option<MemberId> {
        (self.member_id != self.actor_id).then_some(self.member_id)
    }
}

/// The context holds ids without their hyphens.
fn context_id<T: From<Uuid>>(text: &str) -> Result<T, StoreError> {
    Uuid::parse_str(text).map(Into::into).map_err(|_| malformed())
}

fn malformed() -> StoreError {
    StoreError::Unexpected { code: "enter".into(), message: "an answer of another form".into() }
}
