//! `polytask serve`: a directory over HTTP, for this machine's browser.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use clap::Args;
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
    let set = |name: HeaderName, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    let app = Router::new()
        .fallback_service(ServeDir::new(&arguments.directory))
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
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
        let listener = tokio::net::TcpListener::bind(address).await.map_err(|e| {
            format!("--port: {} cannot be used: {e}; name another, or 0 for a free one", arguments.port)
        })?;
        println!("http://{}/", listener.local_addr()?);
        let stop = async {
            // Without a signal handler the server runs until the process ends.
            let _ = tokio::signal::ctrl_c().await;
        };
        axum::serve(listener, app).with_graceful_shutdown(stop).await?;
        Ok(())
    })
}
