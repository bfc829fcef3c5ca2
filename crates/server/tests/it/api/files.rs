//! What engines made, as it is fetched.

use reqwest::Method;

use crate::app::TestApp;
use crate::client::{Answer, read};

/// A song's sound and cover, as paths.
async fn media(app: &TestApp) -> (String, String) {
    let id = app.order_song("a slow waltz").await;
    let record = app.until_succeeded(&id).await;
    let item = &record["response"]["data"][0];
    let path = |key: &str| {
        let url = item[key].as_str().expect("a URL");
        url.strip_prefix(&app.ann.base).expect("of this server").to_owned()
    };
    (path("audio_url"), path("image_url"))
}

async fn get(app: &TestApp, path: &str, header: (&str, &str)) -> Answer {
    read(app.ann.request(Method::GET, path).header(header.0, header.1)).await
}

#[tokio::test]
async fn media_have_our_types_and_are_never_sniffed() {
    let app = TestApp::start().await;
    let (audio, image) = media(&app).await;
    for (path, kind, magic) in [(&audio, "audio/mp4", &b"ftyp"[..]), (&image, "image/jpeg", &b"\xff\xd8"[..])]
    {
        let answer = app.ann.get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("cache-control").expect("told").contains("immutable"));
        assert!(answer.header("x-trace-id").is_some());
        assert!(answer.body[..8].windows(magic.len()).any(|part| part == magic), "{path}");
    }
}

#[tokio::test]
async fn a_head_tells_the_length_and_sends_nothing() {
    let app = TestApp::start().await;
    let (audio, _) = media(&app).await;
    let whole = app.ann.get(&audio).await;
    let head = read(app.ann.request(Method::HEAD, &audio)).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some(whole.body.len().to_string().as_str()));
    assert_eq!(head.header("content-type"), Some("audio/mp4"));
}

#[tokio::test]
async fn a_part_of_a_file_is_sent_alone() {
    let app = TestApp::start().await;
    let (audio, _) = media(&app).await;
    let whole = app.ann.get(&audio).await.body;
    let length = whole.len();
    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=-5", length - 5, length),
        ("bytes=5-", 5, length),
    ] {
        let part = get(&app, &audio, ("range", range)).await;
        assert_eq!((part.status, &part.body[..]), (206, &whole[from..to]), "{range}");
        let told = format!("bytes {from}-{}/{length}", to - 1);
        assert_eq!(part.header("content-range"), Some(told.as_str()));
    }
    let beyond = get(&app, &audio, ("range", &format!("bytes={length}-"))).await;
    beyond.assert_is_error(416, "bad_request");
    assert_eq!(beyond.header("content-range"), Some(format!("bytes */{length}").as_str()));
    assert!(beyond.header("x-trace-id").is_some());
}

/// RFC 9110, sections 14.1.2 and 14.2.
#[tokio::test]
async fn a_range_that_is_not_understood_names_several_parts_or_more_than_there_is_brings_the_whole_file() {
    let app = TestApp::start().await;
    let (audio, _) = media(&app).await;
    let whole = app.ann.get(&audio).await.body;
    let more = format!("bytes=-{}", whole.len() + 1);
    for range in ["seconds=0-5", "bytes=0-4,10-14", "bytes", "", &more, "bytes=-99999999999999999999"] {
        let answer = get(&app, &audio, ("range", range)).await;
        assert_eq!((answer.status, answer.body.len()), (200, whole.len()), "{range}");
        assert_eq!(answer.header("content-range"), None);
    }
    let head = read(app.ann.request(Method::HEAD, &audio).header("range", "bytes=0-4")).await;
    assert_eq!((head.status, head.header("content-range")), (200, None), "it is defined for GET alone");
    assert_eq!(head.header("content-length"), Some(whole.len().to_string().as_str()));
}

#[tokio::test]
async fn a_file_that_is_known_is_not_sent_again() {
    let app = TestApp::start().await;
    let (audio, _) = media(&app).await;
    let first = app.ann.get(&audio).await;
    let tag = first.header("etag").expect("an ETag").to_owned();
    let again = get(&app, &audio, ("if-none-match", &tag)).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    // RFC 9110, section 15.4.5: as the whole file would have had them.
    for header in ["etag", "cache-control"] {
        assert_eq!(again.header(header), first.header(header));
    }
    assert_eq!(get(&app, &audio, ("if-none-match", "\"other\"")).await.status, 200);
}

#[tokio::test]
async fn an_unknown_file_is_an_unknown_path() {
    let app = TestApp::start().await;
    let (audio, _) = media(&app).await;
    let folder = audio.rsplit_once('/').expect("a folder").0;
    for path in [
        format!("{folder}/other.m4a"),
        format!("{folder}/"),
        folder.to_owned(),
        format!("{folder}/song.m4a/"),
        audio.replace("song", "Song"),
        "/files/00000000000000000000000000000000/song.m4a".to_owned(),
        "/files/".to_owned(),
    ] {
        app.ann.get(&path).await.assert_is_error(404, "no_api");
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_files() {
    let app = TestApp::start().await;
    let (audio, _) = media(&app).await;
    let folder = audio.rsplit_once('/').expect("a folder").0;
    let name = folder.strip_prefix("/files/").expect("a folder");
    let up = "../".repeat(3);
    for path in [
        format!("/files/{up}backline.db"),
        format!("{folder}/{up}backline.db"),
        format!("{folder}/..%2f..%2f..%2fbackline.db"),
        format!("{folder}/%2e%2e%2f%2e%2e%2f%2e%2e%2fbackline.db"),
        format!("{folder}/..%5c..%5cbackline.db"),
        format!("{folder}/%2e%2e"),
        format!("{folder}/.."),
        format!("{folder}/."),
        format!("{folder}/.song.m4a"),
        format!("{folder}/song.m4a%00"),
        format!("{folder}/%00"),
        format!("/files/..%2fmasters%2f{}%2f{name}/master.flac", &name[..2]),
        "/files/%ff/song.m4a".to_owned(),
        format!("{folder}/%ff"),
        format!("{folder}/%"),
        format!("/files/{}/song.m4a", name.to_uppercase()),
    ] {
        let answer =
            app.ann.raw(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
        assert!(answer.contains(r#""code":"no_api""#) && answer.contains("x-trace-id: "), "{path}: {answer}");
    }
}
