-- Sessions whose time is over are looked for whenever one is opened; no session outlasts its idle time.

create index sessions_idle_expires_idx on ringfence.sessions (idle_expires_at);
