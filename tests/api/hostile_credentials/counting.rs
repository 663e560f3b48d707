//! A wire between the service and PostgreSQL that counts the statements sent over it, and changes none.

use ringfence_tests::Installation;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

pub struct Wire {
    pub config: Config,
    statements: Arc<AtomicUsize>,
}

impl Wire {
    /// In front of the login `ringfence_app`.
    pub async fn before(installation: &Installation) -> Self {
        let behind = installation.login_config("ringfence_app");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut config = Config::new();
        config.host("127.0.0.1").port(listener.local_addr().unwrap().port());
        config.user(behind.get_user().unwrap()).password(behind.get_password().unwrap()).dbname(behind.get_dbname().unwrap());
        let statements = Arc::new(AtomicUsize::new(0));
        let count = statements.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (far_read, far_write) = dial(&behind).await;
                let (near_read, near_write) = near.into_split();
                tokio::spawn(forward(near_read, far_write, Some(count.clone())));
                tokio::spawn(forward(far_read, near_write, None));
            }
        });
        Self { config, statements }
    }

    pub fn statements(&self) -> usize {
        self.statements.load(Ordering::SeqCst)
    }
}

async fn dial(config: &Config) -> (Box<dyn AsyncRead + Send + Unpin>, Box<dyn AsyncWrite + Send + Unpin>) {
    let port = config.get_ports().first().copied().unwrap_or(5432);
    match &config.get_hosts()[0] {
        Host::Tcp(name) => {
            let (read, write) = TcpStream::connect((name.as_str(), port)).await.unwrap().into_split();
            (Box::new(read), Box::new(write))
        }
        Host::Unix(folder) => {
            let (read, write) = UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await.unwrap().into_split();
            (Box::new(read), Box::new(write))
        }
    }
}

/// What the service sends is read message by message: the first has no type, and of the others Execute and Query are statements.
async fn forward(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, count: Option<Arc<AtomicUsize>>) {
    let Some(count) = count else {
        let _ = tokio::io::copy(&mut from, &mut to).await;
        return;
    };
    let mut is_first = true;
    loop {
        let mut head = Vec::new();
        if !is_first {
            let Ok(kind) = from.read_u8().await else { return };
            if matches!(kind, b'E' | b'Q') {
                count.fetch_add(1, Ordering::SeqCst);
            }
            head.push(kind);
        }
        is_first = false;
        let Ok(length) = from.read_u32().await else { return };
        head.extend_from_slice(&length.to_be_bytes());
        let start = head.len();
        head.resize(start + length as usize - 4, 0);
        if from.read_exact(&mut head[start..]).await.is_err() || to.write_all(&head).await.is_err() {
            return;
        }
    }
}
