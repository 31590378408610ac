//! Greets whom the query names, or sends back the bytes it got.
use lambda_http::{Body, Error, Request, RequestExt, Response, run, service_fn};
use lambda_runtime::spawn_graceful_shutdown_handler;

async fn hello(request: Request) -> Result<Response<Body>, Error> {
    let kind = request.headers().get("content-type").cloned();
    if let (Body::Binary(bytes), Some(kind)) = (request.body(), kind) {
        let answer = Response::builder().header("content-type", kind);
        return Ok(answer.body(bytes.clone().into())?);
    }
    let query = request.query_string_parameters();
    let name = query.first("name").unwrap_or("world");
    let answer = Response::builder().header("content-type", "text/plain");
    Ok(answer.body(format!("Hello, {name}, from Rust!\n").into())?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    spawn_graceful_shutdown_handler(|| async { println!("hello is told to stop") }).await;
    run(service_fn(hello)).await
}
