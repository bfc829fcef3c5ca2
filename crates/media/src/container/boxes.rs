//! Writes boxes: a size, a four-letter kind, a body (ISO/IEC 14496-12 §4.2).

/// A growing run of boxes. Sizes are 32 bits wide; the caller keeps the whole below 4 GiB.
#[derive(Default)]
pub(super) struct Boxes {
    bytes: Vec<u8>,
}

impl Boxes {
    /// Writes one box of `kind`; `fill` writes its body.
    pub(super) fn put_box(&mut self, kind: &[u8; 4], fill: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.put_u32(0);
        self.put_bytes(kind);
        fill(self);
        let size = (self.bytes.len() - start) as u32;
        self.bytes[start..start + 4].copy_from_slice(&size.to_be_bytes());
    }

    /// Writes one box with a version (0) and 24 flags before its body (§4.2.2).
    pub(super) fn put_full_box(&mut self, kind: &[u8; 4], flags: u32, fill: impl FnOnce(&mut Self)) {
        self.put_box(kind, |body| {
            body.put_u32(flags & 0x00FF_FFFF);
            fill(body);
        });
    }

    pub(super) fn put_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn put_zeros(&mut self, count: usize) {
        self.bytes.resize(self.bytes.len() + count, 0);
    }

    pub(super) fn put_u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(super) fn put_u16(&mut self, value: u16) {
        self.put_bytes(&value.to_be_bytes());
    }

    pub(super) fn put_u32(&mut self, value: u32) {
        self.put_bytes(&value.to_be_bytes());
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
