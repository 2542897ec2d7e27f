//! `polytask serve`: a directory over HTTP, for this machine's browser.
//!
//! It answers on the loopback interface only, only requests that name this machine (a page elsewhere may give a name of its own the
//! address 127.0.0.1), and only with what lies in the directory, wherever links in it lead.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use clap::Args;
use percent_encoding::percent_decode_str;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::Result;

#[derive(Debug, Args)]
pub struct ServeArguments {
    /// The directory to serve.
    #[arg(long, value_name = "DIR", default_value = "target/site")]
    directory: PathBuf,
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, value_name = "N", default_value_t = 8080)]
    port: u16,
}

pub fn run(arguments: ServeArguments) -> Result<()> {
    let index = arguments.directory.join("index.html");
    if !index.is_file() {
        return Err(
            format!("--directory: there is no {}; ./build.sh makes the page in target/site", index.display()).into()
        );
    }
    let root: Arc<Path> = arguments.directory.canonicalize()?.into();
    let set = |name: HeaderName, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    let app = Router::new()
        .fallback_service(ServeDir::new(&root))
        .layer(middleware::from_fn_with_state(root, only_ours))
        // A rebuilt page must appear at the next reload; the page caches the encoder itself.
        .layer(set(header::CACHE_CONTROL, "no-cache"))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // An element that is embedded in a page of another origin fetches from here.
        .layer(set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        // The first two isolate the page, which browsers demand before threads may share memory. The third lets pages of
        // other origins, isolated ones too, load files from here.
        .layer(set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(set(HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"))
        .layer(set(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"));
    let wrong = |e: std::io::Error| format!("serve: {e}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(wrong)?;
    runtime.block_on(async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
        let listener = tokio::net::TcpListener::bind(address).await.map_err(|e| {
            format!("--port: {} cannot be used: {e}; name another, or 0 for a free one", arguments.port)
        })?;
        writeln!(std::io::stdout(), "http://{}/", listener.local_addr().map_err(wrong)?)?;
        let stop = async {
            // Without a signal handler the server runs until the process ends.
            let _ = tokio::signal::ctrl_c().await;
        };
        axum::serve(listener, app).with_graceful_shutdown(stop).await.map_err(wrong)?;
        Ok(())
    })
}

/// Refuses requests for another host, and for files outside of the directory.
async fn only_ours(State(root): State<Arc<Path>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(is_this_machine) {
        let said = "This server answers for localhost only: open it as http://localhost, with its port.\n";
        return (StatusCode::MISDIRECTED_REQUEST, said).into_response();
    }
    let Ok(path) = percent_decode_str(request.uri().path()).decode_utf8() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    // ServeDir answers for files that do not exist.
    match root.join(path.trim_start_matches('/')).canonicalize() {
        Ok(file) if !file.starts_with(&root) => StatusCode::NOT_FOUND.into_response(),
        _ => next.run(request).await,
    }
}

/// Whether a request's `Host` is a name of this machine, with any port: it may be forwarded.
fn is_this_machine(host: &str) -> bool {
    host.parse::<Authority>()
        .is_ok_and(|host| ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| host.host().eq_ignore_ascii_case(name)))
}
