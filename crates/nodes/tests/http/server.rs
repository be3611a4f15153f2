//! A server of one test, and a step that calls it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use model::expression::{Name, Names, Scope};
use model::{Catalog, EffectClass, ExecutionId, Graph, TenantId, Value, json};
use nodes::net::{Net, Settings};
use nodes::{Compile, EffectKey, Incoming, Registry, Run, Services, Started, State, Step, StepError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a server was asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Asked {
    /// Method and path with query.
    pub(crate) line: String,
    /// Headers by their names in small letters.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// A server whose answers are raw HTTP, from `HTTP/1.1` on.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address of this machine");
        let address = listener.local_addr().expect("it is bound");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let call = read(&mut socket).await;
                seen.lock().expect("no panic").push(call.clone());
                // Whether the other side still listens is not for the server to judge.
                let _ = socket.write_all(&answer(&call)).await;
            }
        });
        Self { address, asked }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic").clone()
    }

    /// The only call that came.
    pub(crate) fn only(&self) -> Asked {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked[0].clone()
    }

    /// A node's parameters, with `URL` for where this server is.
    pub(crate) fn data(&self, data: &str) -> Value {
        let text = data.replace("URL", &format!("http://{}", self.address));
        json::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

async fn read(socket: &mut TcpStream) -> Asked {
    let (mut bytes, mut part) = (Vec::new(), [0u8; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
            let headers: HashMap<String, String> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return Asked { line, headers, body: body.to_owned() };
            }
        }
        match socket.read(&mut part).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&part[..count]),
            _ => return Asked::default(),
        }
    }
}

/// An answer with this status line, headers and body.
pub(crate) fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

pub(crate) fn json_answer(body: &str) -> Vec<u8> {
    answer("200 OK", "content-type: application/json\r\n", body)
}

/// A step of an `http` node.
pub(crate) struct Try {
    pub(crate) registry: Registry,
    pub(crate) node: &'static str,
    pub(crate) attempt: u32,
    pub(crate) input: Value,
}

impl Default for Try {
    fn default() -> Self {
        let allowed_private = vec!["127.0.0.1".parse().expect("an address")];
        let services = Services::default().with_net(Net::new(Settings { allowed_private, ..Settings::default() }));
        Self { registry: Registry::with(&services), node: "call", attempt: 0, input: Value::Null }
    }
}

struct Nothing;

impl Names for Nothing {
    fn get(&self, _: Name) -> Option<Value> {
        None
    }

    fn node(&self, _: &str) -> Option<Value> {
        None
    }

    fn node_labelled(&self, _: &str) -> Option<Value> {
        None
    }

    fn now(&self) -> f64 {
        0.0
    }
}

impl State for Nothing {
    fn get(&self, _: &str) -> Option<Value> {
        None
    }
}

impl Try {
    fn compile(&self, data: &Value) -> Box<dyn Run> {
        let graph = self.graph(data);
        let node = &graph.nodes[0];
        let run = self.registry.compile(
            node,
            &Compile {
                incoming: &Incoming::default(),
                outputs: &["out".into()],
                has_children: false,
                is_batched: false,
            },
        );
        run.unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    fn graph(&self, data: &Value) -> Graph {
        let entries =
            vec![("id".into(), self.node.into()), ("type".into(), "httpNode".into()), ("data".into(), data.clone())];
        let nodes = Value::array(vec![Value::object(entries)]);
        Graph::from_value(&Value::object(vec![("nodes".into(), nodes)])).expect("a graph")
    }

    /// What is wrong with a node's parameters: `code path`, errors only.
    pub(crate) fn problems(&self, data: &str) -> Vec<String> {
        let data = json::read(data.as_bytes()).expect("JSON");
        let found = self.registry.check(&self.graph(&data).nodes[0]);
        found.into_iter().map(|problem| format!("{} {}", problem.code, problem.path.unwrap_or_default())).collect()
    }

    pub(crate) fn effect(&self, data: &str) -> EffectClass {
        self.compile(&json::read(data.as_bytes()).expect("JSON")).effect()
    }

    /// The host that a step's calls are counted for.
    pub(crate) fn host(&self, data: &Value) -> Option<String> {
        self.started(data).expect("it starts").0
    }

    fn started(&self, data: &Value) -> Result<(Option<String>, nodes::Call), StepError> {
        let scope = Scope { input: &self.input, item: None, index: None, names: &Nothing };
        let key = EffectKey { execution: ExecutionId(1), node: self.node, path: &[2, 5] };
        let step = Step {
            scope,
            index: 0,
            attempt: self.attempt,
            seed: 1,
            state: &Nothing,
            tenant: TenantId::DEFAULT,
            key,
            round: None,
        };
        match self.compile(data).start(&step)? {
            Started::Call(call) => Ok((call.host.as_ref().map(ToString::to_string), call)),
            Started::Done(_) | Started::Wait(_) | Started::Open(_) => panic!("an http step is a call"),
        }
    }

    /// Runs the step to its end.
    pub(crate) async fn run(&self, data: &Value) -> Result<Value, StepError> {
        let call = self.started(data)?.1;
        let outcome = call.work.await?;
        assert_eq!(outcome.ports.as_slice(), [0]);
        Ok(outcome.output)
    }

    /// The output as JSON text, or `! ` and the error's code.
    pub(crate) async fn line(&self, data: &Value) -> String {
        match self.run(data).await {
            Ok(output) => json::to_text(&output),
            Err(error) => format!("! {}", error.code),
        }
    }
}
