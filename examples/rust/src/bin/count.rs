//! Counts to five, a line at a time: each is sent when it is written.
use std::time::Duration;

use lambda_runtime::{
    Error, LambdaEvent, run, service_fn,
    streaming::{Body, Response, channel},
};
use serde_json::Value;

async fn count(_event: LambdaEvent<Value>) -> Result<Response<Body>, Error> {
    let (mut lines, body) = channel();
    tokio::spawn(async move {
        for number in 1..=5 {
            let line = format!("{number}\n").into();
            if lines.send_data(line).await.is_err() {
                return; // nobody reads any more
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    Ok(Response::from(body))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(count)).await
}
