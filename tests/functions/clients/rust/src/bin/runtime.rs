//! Does what `?do=` says, over `lambda_runtime`.
use std::time::Duration;

use lambda_runtime::{
    Diagnostic, Error, FunctionResponse, LambdaEvent, MetadataPrelude, StreamResponse, run,
    service_fn, spawn_graceful_shutdown_handler,
    streaming::{Body, channel},
};
use serde_json::{Value, json};

type Answer = FunctionResponse<Value, Body>;

async fn handle(event: LambdaEvent<Value>) -> Result<Answer, Diagnostic> {
    let (event, context) = event.into_parts();
    match event["queryStringParameters"]["do"].as_str().unwrap_or("") {
        "error" => return Err(on_purpose()),
        "panic" => panic!("a panic on purpose"),
        "exit" => std::process::exit(3),
        "sleep" => tokio::time::sleep(Duration::from_secs(60)).await,
        "wait" => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            return Ok(who());
        }
        "print" => {
            println!("printed to stdout");
            eprintln!("printed to stderr");
        }
        "stream" => return Ok(stream()),
        "context" => {
            let told = json!({
                "request_id": context.request_id,
                "deadline": context.deadline,
                "arn": context.invoked_function_arn,
                "name": context.env_config.function_name,
            });
            return Ok(answer(json!({"statusCode": 200, "body": told.to_string()})));
        }
        "who" => return Ok(who()),
        _ => {}
    }
    Ok(answer(json!({
        "statusCode": 200,
        "headers": {"content-type": event["headers"]["content-type"].as_str().unwrap_or("text/plain")},
        "body": event["body"],
        "isBase64Encoded": event["isBase64Encoded"],
    })))
}

fn on_purpose() -> Diagnostic {
    Diagnostic {
        error_type: "OnPurpose".into(),
        error_message: "this is on purpose".into(),
    }
}

fn who() -> Answer {
    let pid = std::process::id().to_string();
    answer(json!({"statusCode": 200, "body": pid}))
}

fn answer(value: Value) -> Answer {
    FunctionResponse::BufferedResponse(value)
}

/// Two pieces, the second once somebody must have seen the first.
fn stream() -> Answer {
    let (mut sender, body) = channel();
    tokio::spawn(async move {
        let _ = sender.send_data("first\n".into()).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let _ = sender.send_data("second\n".into()).await;
    });
    let mut head = MetadataPrelude::default();
    head.status_code = lambda_http::http::StatusCode::CREATED;
    head.headers.insert("x-from", "rust".parse().unwrap());
    FunctionResponse::StreamingResponse(StreamResponse {
        metadata_prelude: head,
        stream: body,
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    if std::env::var_os("FAILS_TO_START").is_some() {
        panic!("no start on purpose");
    }
    spawn_graceful_shutdown_handler(|| async { println!("told to stop") }).await;
    run(service_fn(handle)).await
}
