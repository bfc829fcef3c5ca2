//! Stems come out of their archive as they went in.

use std::cell::Cell;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use media::MediaError;
use media::decode::{Limits, decode};
use media::encode::{Stem, StemsZip, stems_zip};

/// Every number that 16 bits can hold, and so many more that the last block is not full.
fn steps(count: usize, shift: i16) -> Vec<i16> {
    (0..count).map(|at| (at as i16).wrapping_mul(31).wrapping_add(shift)).collect()
}

fn archive(stems: &[Stem<'_>]) -> Result<Vec<u8>, MediaError> {
    stems_zip(&|| true, stems)
}

fn as_float(steps: &[i16]) -> Vec<f32> {
    steps.iter().map(|&step| f32::from(step) / 32_768.0).collect()
}

#[test]
fn every_stem_comes_back_exactly() {
    let (one, two) = (steps(70_001, 0), steps(70_001, 77));
    let stems = [
        Stem { name: "vocals", left: &one, right: &two },
        Stem { name: "lead_synth-2", left: &two[..1], right: &one[..1] },
    ];
    let bytes = archive(&stems).unwrap();
    assert_eq!(bytes, archive(&stems).unwrap(), "the same stems give the same bytes");
    let mut read = zip::ZipArchive::new(Cursor::new(&bytes)).expect("an archive");
    assert_eq!(read.len(), 2);
    for (place, stem) in stems.iter().enumerate() {
        let mut entry = read.by_index(place).expect("an entry");
        assert_eq!(entry.name().expect("UTF-8"), format!("{}.wav", stem.name));
        assert_eq!(entry.compression(), zip::CompressionMethod::Stored);
        let dated = entry.last_modified().map(|date| (date.year(), date.month(), date.day()));
        assert_eq!(dated, Some((1980, 1, 1)));
        let mut file = Vec::new();
        entry.read_to_end(&mut file).expect("its checksum holds");
        let sound = decode(&file, &Limits::default()).unwrap();
        assert_eq!((sound.left, sound.right), (as_float(stem.left), as_float(stem.right)));
        assert_eq!(sound.sample_rate, 44_100);
    }
}

#[test]
fn names_that_are_no_file_names_are_refused() {
    let sound = [1_i16; 3];
    for name in ["", "../vocals", "a/b", "a\\b", "vocals.wav", "Gesang\u{202E}", &"v".repeat(65)] {
        let refused = archive(&[Stem { name, left: &sound, right: &sound }]);
        assert_eq!(refused, Err(MediaError::StemName { name: name.to_owned() }));
    }
    let twins = [Stem { name: "drums", left: &sound, right: &sound }; 2];
    assert_eq!(archive(&twins), Err(MediaError::StemName { name: "drums".to_owned() }));
    let uneven = Stem { name: "drums", left: &sound, right: &sound[..2] };
    assert_eq!(archive(&[uneven]), Err(MediaError::UnequalChannels { left: 3, right: 2 }));
    assert_eq!(archive(&[Stem { left: &[], right: &[], ..uneven }]), Err(MediaError::Empty));
}

#[test]
fn an_archive_stops_when_nobody_wants_it_any_more() {
    let sound = steps(44_100 * 20, 3);
    let stem = Stem { name: "bass", left: &sound, right: &sound };
    for blocks in [0, 7] {
        let asked = Cell::new(0);
        let wanted = || asked.replace(asked.get() + 1) < blocks;
        assert_eq!(stems_zip(&wanted, &[stem]), Err(MediaError::Stopped));
        assert_eq!(asked.get(), blocks + 1);
    }
}

/// Counts the longest piece it was handed, and keeps nothing.
#[derive(Default)]
struct Gauge {
    place: u64,
    end: u64,
    longest: usize,
}

impl Write for Gauge {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.longest = self.longest.max(bytes.len());
        self.place += bytes.len() as u64;
        self.end = self.end.max(self.place);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Gauge {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.place = match to {
            SeekFrom::Start(place) => place,
            SeekFrom::Current(by) => self.place.saturating_add_signed(by),
            SeekFrom::End(by) => self.end.saturating_add_signed(by),
        };
        Ok(self.place)
    }
}

#[test]
fn an_archive_holds_no_more_than_a_block_of_its_sound() {
    let sound = steps(44_100 * 10, 1);
    let mut growing = StemsZip::new(Gauge::default());
    for name in ["vocals", "drums", "bass"] {
        growing.add(&|| true, &Stem { name, left: &sound, right: &sound }).unwrap();
    }
    let gauge = growing.finish().unwrap();
    assert!(gauge.end > 3 * 44_100 * 10 * 4);
    assert!(gauge.longest <= 64 * 1_024, "{} bytes at once", gauge.longest);
}
