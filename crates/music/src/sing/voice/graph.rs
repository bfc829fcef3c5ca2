//! Runs the model: natural lengths, natural pitch and loudness, spectra.

use super::alphabet::Id;
use super::spectra::Spectra;
use rten::{Model, ModelOptions, NodeId, RunError, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::{NdTensor, NdTensorView};
use std::sync::{Arc, OnceLock};

static MODEL: &[u8] = include_bytes!("../../../assets/voice/voice.onnx");
/// What the model makes of the sounds before it knows their lengths; lengths and pitch are both read from it.
const READ: &str = "/Transpose_55_output_0";
/// What a sound looks like comes so many columns before the place that its length gives it: over 96 lines, loudness and
/// voicing agree best with vowels and voiceless consonants if they are read 50 ms later. Everything that leaves this
/// module, and all that it is given, is in the time of the lengths.
const LEAD: usize = 4;
const SPECTRA: [&str; 5] = ["lh", "theta", "ln", "lr", "phi"];

/// Why the voice gave nothing.
#[derive(Clone, Debug, thiserror::Error)]
pub(in crate::sing) enum VoiceError {
    /// The embedded model could not be read; a build that does this has a broken asset.
    #[error("the voice could not be loaded: {0}")]
    Load(String),
    /// The model refused its inputs.
    #[error("the voice could not sing: {0}")]
    Run(String),
}

impl From<RunError> for VoiceError {
    fn from(error: RunError) -> Self {
        Self::Run(error.to_string())
    }
}

/// How a line would be spoken.
pub(in crate::sing) struct Natural {
    /// The length of each sound in steps of 25 ms, at least 1.
    pub(in crate::sing) steps: Vec<usize>,
    /// In Hz for each column; near 0 where the voice is silent or whispers.
    pub(in crate::sing) f0: Vec<f32>,
    /// For each column; about -9 in silence, 4 to 8 in speech, and 1 more is 2.4 dB more.
    pub(in crate::sing) energy: Vec<f32>,
}

/// The model with a thread of its own. Singers on several threads need one each; the weights are shared.
pub(in crate::sing) struct Voice {
    model: &'static Model,
    pool: Arc<ThreadPool>,
}

impl Voice {
    /// Unpacks the weights at the first call, in about 50 ms.
    pub(in crate::sing) fn load() -> Result<Self, VoiceError> {
        static LOADED: OnceLock<Result<Model, String>> = OnceLock::new();
        let loaded =
            LOADED.get_or_init(|| options().load_static_slice(MODEL).map_err(|error| error.to_string()));
        let model = loaded.as_ref().map_err(|error| VoiceError::Load(error.clone()))?;
        Ok(Self { model, pool: Arc::new(ThreadPool::with_num_threads(1)) })
    }

    /// How the sounds would be spoken, [`super::END`] at both ends included.
    pub(in crate::sing) fn speak(&self, ids: &[Id]) -> Result<Natural, VoiceError> {
        let mut read = self.run_values(vec![self.ids(ids)?], ["natural_frames", READ])?.into_iter();
        let lengths = read.next().map(values).transpose()?.unwrap_or_default();
        let steps: Vec<usize> = lengths.iter().map(|length| length.round().max(1.0) as usize).collect();
        let mut inputs = vec![self.ids(ids)?, self.frames(&steps)?];
        for value in read {
            inputs.push((self.model.node_id(READ)?, value.into()));
        }
        let [f0, energy] = self.run(inputs, ["natural_f0", "natural_energy"])?;
        Ok(Natural { steps, f0: later(f0), energy: later(energy) })
    }

    /// Spoken lengths in steps, not yet rounded.
    #[cfg(test)]
    pub(super) fn natural_frames(&self, ids: &[Id]) -> Result<Vec<f32>, VoiceError> {
        let [lengths] = self.run(vec![self.ids(ids)?], ["natural_frames"])?;
        Ok(lengths)
    }

    /// Spoken pitch and loudness of each column, for given lengths in steps.
    #[cfg(test)]
    pub(super) fn prosody(&self, ids: &[Id], steps: &[usize]) -> Result<[Vec<f32>; 2], VoiceError> {
        self.run(vec![self.ids(ids)?, self.frames(steps)?], ["natural_f0", "natural_energy"])
    }

    /// Spectra for sounds of given lengths in steps. `f0` in Hz (0 is voiceless) and `energy` have two columns a step.
    pub(in crate::sing) fn spectra(
        &self,
        ids: &[Id],
        steps: &[usize],
        f0: &[f32],
        energy: &[f32],
    ) -> Result<Spectra, VoiceError> {
        let mut spectra = self.leading_spectra(ids, steps, &sooner(f0), &sooner(energy))?;
        spectra.columns = later(spectra.columns);
        Ok(spectra)
    }

    /// As [`Self::spectra`], in the model's own time.
    pub(super) fn leading_spectra(
        &self,
        ids: &[Id],
        steps: &[usize],
        f0: &[f32],
        energy: &[f32],
    ) -> Result<Spectra, VoiceError> {
        let inputs =
            vec![self.ids(ids)?, self.frames(steps)?, self.row("f0", f0)?, self.row("energy", energy)?];
        let columns = 2 * steps.iter().sum::<usize>();
        Ok(Spectra::from_bins(columns, self.run(inputs, SPECTRA)?))
    }

    fn ids(&self, ids: &[Id]) -> Result<(NodeId, ValueOrView<'static>), VoiceError> {
        Ok((self.model.node_id("ids")?, NdTensor::from_data([1, ids.len()], ids.to_vec()).into()))
    }

    fn frames(&self, steps: &[usize]) -> Result<(NodeId, ValueOrView<'static>), VoiceError> {
        let steps: Vec<i32> = steps.iter().map(|count| *count as i32).collect();
        Ok((self.model.node_id("frames")?, NdTensor::from_data([steps.len()], steps).into()))
    }

    fn row<'a>(&self, name: &str, values: &'a [f32]) -> Result<(NodeId, ValueOrView<'a>), VoiceError> {
        let row = NdTensorView::from_data([1, values.len()], values);
        Ok((self.model.node_id(name)?, row.into()))
    }

    /// The values of the wanted outputs, in rows.
    fn run<const N: usize>(
        &self,
        inputs: Vec<(NodeId, ValueOrView<'_>)>,
        wanted: [&str; N],
    ) -> Result<[Vec<f32>; N], VoiceError> {
        let outputs = self.run_values(inputs, wanted)?;
        let rows = outputs.into_iter().map(values).collect::<Result<Vec<_>, _>>()?;
        rows.try_into().map_err(|_| VoiceError::Run("an output is missing".to_owned()))
    }

    fn run_values<const N: usize>(
        &self,
        inputs: Vec<(NodeId, ValueOrView<'_>)>,
        wanted: [&str; N],
    ) -> Result<Vec<Value>, VoiceError> {
        let ids = wanted.iter().map(|name| self.model.node_id(name)).collect::<Result<Vec<_>, _>>()?;
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
        Ok(self.model.run(inputs, &ids, Some(options))?)
    }
}

/// Columns moved by [`LEAD`] to where their sounds are; the first is silence anyway.
pub(super) fn later<T: Clone>(mut columns: Vec<T>) -> Vec<T> {
    if let Some(first) = columns.first().cloned() {
        columns.truncate(columns.len().saturating_sub(LEAD));
        columns.splice(0..0, std::iter::repeat_n(first, LEAD));
    }
    columns
}

/// Columns moved back to where the model wants them.
fn sooner(columns: &[f32]) -> Vec<f32> {
    let last = columns.last().copied().unwrap_or_default();
    columns.iter().skip(LEAD).copied().chain(std::iter::repeat_n(last, LEAD.min(columns.len()))).collect()
}

fn values(value: Value) -> Result<Vec<f32>, VoiceError> {
    match value {
        Value::FloatTensor(tensor) => Ok(tensor.into_data()),
        _ => Err(VoiceError::Run("an output is no tensor of floats".to_owned())),
    }
}

/// Only what the model uses: the other operators are left out of the binary.
fn options() -> ModelOptions {
    ModelOptions::with_ops(rten::op_registry!(
        Add,
        Cast,
        Concat,
        ConstantOfShape,
        Conv,
        CumSum,
        DequantizeLinear,
        Div,
        Erf,
        Exp,
        Expand,
        Gather,
        GreaterOrEqual,
        LayerNormalization,
        Log,
        MatMul,
        Mul,
        Pow,
        Range,
        ReduceMean,
        ReduceSum,
        Relu,
        Reshape,
        Shape,
        Slice,
        Softmax,
        Split,
        Sub,
        Tile,
        Transpose,
        Unsqueeze
    ))
}
