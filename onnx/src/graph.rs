//! A graph under construction: its nodes, and the initializers, whose numbers are asked for when the file is written.

use std::collections::HashMap;

use crate::Precision;
use crate::initializer::{Initializer, Layout};
use crate::proto::{AttributeProto, AttributeType, DataType, NodeProto};

/// Names of constants: the steps from the lowest code of a row to the highest, and the least that is divided by.
const STEPS: &str = "quantised/steps";
const TINY: &str = "quantised/tiny";

/// Nodes in the order in which they are computed, and initializers in the order in which they are written. A value has the
/// name of the node that computes it.
pub struct Graph {
    precision: Precision,
    pub nodes: Vec<NodeProto>,
    pub initializers: Vec<Initializer>,
    /// For each value that was quantised its 8-bit form: codes, scale, lowest number.
    quantised: HashMap<String, [String; 3]>,
}

impl Graph {
    pub fn new(precision: Precision) -> Self {
        Self { precision, nodes: Vec::new(), initializers: Vec::new(), quantised: HashMap::new() }
    }

    /// Adds a node with one output, and returns its name.
    pub fn node(&mut self, name: &str, op: &str, inputs: &[&str], attributes: &[AttributeProto]) -> String {
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|input| input.to_string()).collect(),
            output: vec![name.into()],
            name: name.into(),
            op_type: op.into(),
            attribute: attributes.to_vec(),
        });
        name.into()
    }

    /// A constant of f32.
    pub fn number(&mut self, name: &str, value: f32) -> String {
        self.constant(name, DataType::Float, &[], value.to_le_bytes().into())
    }

    /// A constant vector of i64.
    pub fn integers(&mut self, name: &str, values: &[i64]) -> String {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, DataType::Int64, &[values.len()], bytes)
    }

    /// A constant of i64.
    pub fn index(&mut self, name: &str, value: i64) -> String {
        self.constant(name, DataType::Int64, &[], value.to_le_bytes().into())
    }

    fn constant(&mut self, name: &str, data_type: DataType, dims: &[usize], bytes: Vec<u8>) -> String {
        self.initializers.push(Initializer::constant(name, data_type, dims, bytes));
        name.into()
    }

    /// The tensor `name` of `shape` as it is.
    pub fn tensor(&mut self, name: &str, shape: &[usize]) -> String {
        self.initializers.push(Initializer::floats(name, name, shape, Layout::Rows));
        name.into()
    }

    /// The first row of the tensor `name` (M,N). (N)
    pub fn first_row(&mut self, name: &str, shape: [usize; 2]) -> String {
        let row = format!("{name}/first");
        self.initializers.push(Initializer::floats(&row, name, &shape, Layout::FirstRow));
        row
    }

    /// The rows of the table `name` (M,N) that `rows` asks for.
    pub fn gather(&mut self, name: &str, shape: [usize; 2], rows: &str) -> String {
        let stem = format!("{name}/rows");
        if self.precision == Precision::Float32 {
            let table = self.tensor(name, &shape);
            return self.node(&stem, "Gather", &[&table, rows], &[int("axis", 0)]);
        }
        let [codes, scales] = ["codes", "scales"].map(|part| format!("{name}/{part}"));
        self.initializers.push(Initializer::table([&codes, &scales], name, shape));
        let codes = self.node(&format!("{stem}/codes"), "Gather", &[&codes, rows], &[int("axis", 0)]);
        let scales = self.node(&format!("{stem}/scales"), "Gather", &[&scales, rows], &[int("axis", 0)]);
        let codes = self.node(&format!("{stem}/cast"), "Cast", &[&codes], &[to_float()]);
        self.node(&stem, "Mul", &[&codes, &scales], &[])
    }

    /// x·Wᵀ + b with the tensors `name.weight` (O,I) and `name.bias` (O): (…,I) → (…,O).
    pub fn linear(&mut self, name: &str, x: &str, [o, i]: [usize; 2]) -> String {
        let weight = format!("{name}.weight");
        let product = match self.precision {
            Precision::Float32 => {
                self.initializers.push(Initializer::floats(&weight, &weight, &[o, i], Layout::Transposed));
                self.node(&format!("{name}/product"), "MatMul", &[x, &weight], &[])
            }
            Precision::Int8 => self.integer_product(name, x, &weight, [o, i]),
        };
        let bias = self.tensor(&format!("{name}.bias"), &[o]);
        self.node(name, "Add", &[&product, &bias], &[])
    }

    /// x·Wᵀ in 8 bits. With x ≈ lowest + s·code a row and W ≈ S·code an output, it is s·S·(codes·codesᵀ) + lowest·Σ(S·code).
    fn integer_product(&mut self, name: &str, x: &str, weight: &str, [o, i]: [usize; 2]) -> String {
        let [xs, x_scale, lowest] = self.quantised(x);
        let [codes, scales, totals] = ["codes", "scales", "totals"].map(|part| format!("{weight}/{part}"));
        self.initializers.push(Initializer::matrix([&codes, &scales, &totals], weight, [o, i]));
        let part = |of: &str| format!("{name}/{of}");
        let sums = self.node(&part("sums"), "MatMulInteger", &[&xs, &codes], &[]);
        let sums = self.node(&part("cast"), "Cast", &[&sums], &[to_float()]);
        let scaled = self.node(&part("scaled"), "Mul", &[&sums, &x_scale], &[]);
        let scaled = self.node(&part("above"), "Mul", &[&scaled, &scales], &[]);
        let lowest = self.node(&part("lowest"), "Mul", &[&lowest, &totals], &[]);
        self.node(&part("product"), "Add", &[&scaled, &lowest], &[])
    }

    /// The value `x` in 8 bits: its codes, and for each row the scale and the lowest number. Made once, however often it is used.
    fn quantised(&mut self, x: &str) -> [String; 3] {
        if let Some(made) = self.quantised.get(x) {
            return made.clone();
        }
        let part = |of: &str| format!("{x}/{of}");
        if self.quantised.is_empty() {
            self.number(STEPS, 255.0);
            self.number(TINY, 1e-30);
        }
        let along = [ints("axes", &[-1]), int("keepdims", 1)];
        let lowest = self.node(&part("lowest"), "ReduceMin", &[x], &along);
        let highest = self.node(&part("highest"), "ReduceMax", &[x], &along);
        let range = self.node(&part("range"), "Sub", &[&highest, &lowest], &[]);
        // In a row of equal numbers every code is 0.
        let range = self.node(&part("positive"), "Max", &[&range, TINY], &[]);
        let scale = self.node(&part("scale"), "Div", &[&range, STEPS], &[]);
        let above = self.node(&part("above"), "Sub", &[x, &lowest], &[]);
        let steps = self.node(&part("steps"), "Div", &[&above, &scale], &[]);
        let whole = self.node(&part("whole"), "Round", &[&steps], &[]);
        let codes = self.node(&part("codes"), "Cast", &[&whole], &[int("to", DataType::Uint8 as i64)]);
        let made = [codes, scale, lowest];
        self.quantised.insert(x.into(), made.clone());
        made
    }
}

/// `to` of a `Cast` to f32.
pub fn to_float() -> AttributeProto {
    int("to", DataType::Float as i64)
}

pub fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { name: name.into(), i: Some(value), r#type: AttributeType::Int as i32, ..Default::default() }
}

pub fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), ints: values.into(), r#type: AttributeType::Ints as i32, ..Default::default() }
}

pub fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto { name: name.into(), f: Some(value), r#type: AttributeType::Float as i32, ..Default::default() }
}
