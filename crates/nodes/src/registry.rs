//! All node types of this build, found by name or alias.
use crate::*;
use arcstr::ArcStr;
use model::*;
pub struct Registry {
    spec: NodeSpec,
}
impl Registry {
    pub fn standard() -> Self {
        Self {
            spec: NodeSpec {
                id: "no_op",
                aliases: &[],
                name: "",
                category: Category::Data,
                summary: "",
                icon: "",
                effect: EffectClass::Pure,
                role: Role::Step,
                inputs: &["in"],
                outputs: &["out"],
                schema: Value::Null,
                example: Value::Null,
            },
        }
    }
    pub fn compile(&self, _n: &Node, _c: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        Ok(Box::new(P))
    }
}
struct P;
impl Run for P {
    fn run(&self, step: &Step<'_>) -> Result<Outcome, StepError> {
        Ok(Outcome::first(step.input().clone()))
    }
}
impl Catalog for Registry {
    fn spec(&self, _: &str) -> Option<&NodeSpec> {
        Some(&self.spec)
    }
    fn outputs(&self, _: &Node) -> Vec<ArcStr> {
        vec!["out".into()]
    }
    fn inputs(&self, _: &Node) -> Vec<ArcStr> {
        vec!["in".into()]
    }
    fn infer(&self, _: &Value) -> Option<&'static str> {
        None
    }
    fn check(&self, _: &Node) -> Vec<Problem> {
        vec![]
    }
    fn names(&self) -> Vec<&'static str> {
        vec![]
    }
}
pub fn context_values(_: &Graph) -> (Value, Value) {
    (Value::Null, Value::Null)
}
