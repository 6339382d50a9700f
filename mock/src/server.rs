//! HTTP on sockets, for the API and for `DynamoDB`. Every request gets an answer and every connection ends, whatever is sent
//! and whatever panics.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::serve::Listener;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep, timeout};

/// The longest head of a request, line and headers, in octets. API Gateway takes 10,240; what it would not pass on is of use to
/// see what the functions make of it.
const MAX_HEAD: usize = 384 * 1024;

/// How long a client is still read from that has had its last answer. A connection that is closed with something unread is reset,
/// and its answer may be lost with it.
const LINGER: Duration = Duration::from_secs(2);

/// How long the local service waits for a client.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the head of a request, and for the next request on a connection.
    pub head: Duration,
    /// For the body.
    pub body: Duration,
    /// For the client to take in some more of the answer.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let [head, body, answer] = [20, 30, 30].map(Duration::from_secs);
        Self { head, body, answer }
    }
}

/// The two ends of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub(crate) peer: SocketAddr,
    pub(crate) own: SocketAddr,
}

/// Why there is no body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unread {
    /// It is not what the head says, or not in the chunks that it claims to be in.
    Broken,
    /// It is too long.
    TooLarge,
    /// It took longer than [`Patience::body`].
    TooSlow,
}

/// The whole body, of at most that many octets.
pub(crate) async fn read(body: Body, limit: usize, patience: Patience) -> Result<Bytes, Unread> {
    // What says that it is too long is not waited for.
    if body.size_hint().lower() > limit as u64 {
        return Err(Unread::TooLarge);
    }
    let read = timeout(patience.body, Limited::new(body, limit).collect()).await;
    match read.map_err(|_| Unread::TooSlow)? {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Err(_) => Err(Unread::Broken),
    }
}

/// An answer in JSON.
pub(crate) fn reply(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Serves on all these until the sender of `stopped` is gone and the last request is answered.
pub(crate) async fn serve<S, F>(
    listeners: Vec<TcpListener>,
    patience: Patience,
    answer: S,
    stopped: watch::Receiver<()>,
) where
    S: Fn(Request, Ends) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let mut doors = JoinSet::new();
    for listener in listeners {
        doors.spawn(accept(listener, patience, answer.clone(), stopped.clone()));
    }
    while doors.join_next().await.is_some() {}
}

/// Waits until the sender is gone. Nothing is ever sent.
pub(crate) async fn dropped(mut stopped: watch::Receiver<()>) {
    while stopped.changed().await.is_ok() {}
}

async fn accept<S, F>(mut listener: TcpListener, patience: Patience, answer: S, stopped: watch::Receiver<()>)
where
    S: Fn(Request, Ends) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let mut connections = JoinSet::new();
    let mut end = pin!(dropped(stopped.clone()));
    loop {
        tokio::select! {
            (stream, peer) = Listener::accept(&mut listener) => {
                connections.spawn(connection(stream, peer, patience, answer.clone(), stopped.clone()));
            }
            // One that has ended is forgotten.
            Some(_) = connections.join_next() => {}
            () = &mut end => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection<S, F>(
    stream: TcpStream,
    peer: SocketAddr,
    patience: Patience,
    answer: S,
    stopped: watch::Receiver<()>,
) where
    S: Fn(Request, Ends) -> F + Send + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let Ok(own) = stream.local_addr() else { return };
    // Without it answers are slower, and right all the same.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        // In a task of its own: a panic stays there.
        let answered = tokio::spawn(answer(request.map(Body::new), Ends { peer, own }));
        async { Ok::<_, Infallible>(answered.await.unwrap_or_else(|_| panicked())) }
    });
    let mut http = http1::Builder::new();
    // Half-closed: a client may say that it has nothing more to send, and be answered.
    http.timer(TokioTimer::new()).header_read_timeout(patience.head).max_header_size(MAX_HEAD).half_close(true);
    let line = Line { stream, owes: false, patience: patience.answer, stalled: None };
    let mut serving = http.serve_connection(TokioIo::new(line), service);
    let served = tokio::select! {
        served = &mut serving => served,
        () = dropped(stopped.clone()) => {
            Pin::new(&mut serving).graceful_shutdown();
            (&mut serving).await
        }
    };
    let line = serving.into_parts().io.into_inner();
    tokio::select! {
        _ = timeout(LINGER, line.end(served.err())) => {}
        () = dropped(stopped) => {}
    }
}

fn panicked() -> Response {
    reply(StatusCode::INTERNAL_SERVER_ERROR, &json!({"message": "Internal Server Error"}))
}

/// A connection that knows whether something was read that nothing was answered to, and that waits for its reader no longer than
/// it may.
struct Line {
    stream: TcpStream,
    owes: bool,
    patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Line {
    /// Answers what the HTTP library has left unanswered, and takes leave.
    async fn end(mut self, error: Option<hyper::Error>) -> io::Result<()> {
        if let Some(error) = error.filter(|_| self.owes) {
            let status = if error.is_timeout() { "408 Request Timeout" } else { "400 Bad Request" };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            self.stream.write_all(answer.as_bytes()).await?;
        }
        self.stream.shutdown().await?;
        let mut unread = [0; 4 * 1024];
        while self.stream.read(&mut unread).await? > 0 {}
        Ok(())
    }

    /// What became of a write: an error if the client has taken nothing for too long.
    fn written(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.owes &= !matches!(written, Poll::Ready(Ok(1..)));
            self.stalled = None;
            return written;
        }
        let patience = self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        self.owes |= buf.filled().len() > before;
        Poll::Ready(read)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Serves `answer` to a client that sends `sent` and reads to the end.
    async fn exchange<F>(answer: fn(Request) -> F, patience: Patience, sent: &[u8]) -> String
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(());
        let serving = tokio::spawn(serve(vec![listener], patience, move |request, _| answer(request), stopped));
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(sent).await.unwrap();
        let mut got = String::new();
        client.read_to_string(&mut got).await.unwrap();
        drop((client, stop));
        serving.await.unwrap();
        got
    }

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    #[tokio::test]
    async fn a_panic_is_a_500() {
        let got = exchange(|_| async { panic!("as it should") }, Patience::default(), REQUEST).await;
        assert!(got.starts_with("HTTP/1.1 500 "), "{got}");
        assert!(got.ends_with(r#"{"message":"Internal Server Error"}"#), "{got}");
    }

    #[tokio::test]
    async fn who_reads_nothing_is_left() {
        let patience = Patience { answer: Duration::from_millis(50), ..Patience::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stop, stopped) = watch::channel(());
        let (stream, peer) = listener.accept().await.unwrap();
        client.write_all(REQUEST).await.unwrap();
        // More than the buffers of both ends hold. It ends although nobody reads it and the client stays.
        let large = |_, _| async { Response::new(Body::from(vec![0; 64 * 1024 * 1024])) };
        connection(stream, peer, patience, large, stopped).await;
        drop((client, stop));
    }
}
