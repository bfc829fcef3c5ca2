# OpenAPI 文件的正體中文:端點的摘要與說明,以及各個欄位。英文就是文件本身。

doc-audios-summary = 製作或編修歌曲
doc-audios-about = 依提示或歌詞製作新歌，或編修既有的歌：由 `action` 決定。

    會等到結果出來才回應；給了 `async` 或 `callback_url` 則立刻回應，回應裡沒有 `data`。
doc-lyrics-summary = 寫歌詞
doc-lyrics-about = 就一個主題寫詞，中文或英文。

    會等到結果出來才回應；給了 `async` 或 `callback_url` 則立刻回應，回應裡沒有 `data`。
doc-upload-summary = 上傳聲音
doc-upload-about = 取回一段聲音，之後可以編修。取不到時是 `api_error`（500），「fetch failed」。

    會等到結果出來才回應；給了 `async` 或 `callback_url` 則立刻回應，回應裡沒有 `data`。
doc-videos-summary = 把歌做成影片
doc-videos-about = 做過一次的影片會直接回傳。

    會等到結果出來才回應；給了 `async` 或 `callback_url` 則立刻回應，回應裡沒有 `data`。
doc-wav-summary = 把歌做成 WAV 檔
doc-wav-about = 做過一次的檔案會直接回傳。

    會等到結果出來才回應；給了 `async` 或 `callback_url` 則立刻回應，回應裡沒有 `data`。
doc-tasks-summary = 查詢或取消任務
doc-tasks-about = `retrieve` 查詢單個任務，`retrieve_batch` 查詢多個；`cancel` 與 `delete` 是本站另加的。
doc-events-summary = 追蹤所有任務
doc-events-about = 任務狀態的每一次改變，依寫入的順序。
doc-task-events-summary = 追蹤一個任務
doc-task-events-about = 任務狀態的每一次改變，依寫入的順序。
doc-callbacks-summary = 列出回呼
doc-callbacks-about = 由新到舊。
doc-callback-summary = 查看一個回呼
doc-callback-about = 包括每一次嘗試。
doc-replay-summary = 重送回呼
doc-replay-about = 一個任務的（`id`）、幾個任務的（`ids`），或所有放棄了的（`state`）。

doc-action = 要做什麼。除了 `generate`，都要有 `audio_id`；帶 `upload_` 的用於上傳的聲音，不帶的也接受上傳的聲音。不認得的字是 `api_not_implemented`。
doc-tasks-action = 對任務的操作方式。`retrieve`：查一個。`retrieve_batch`：查多個，或列出清單。本站另加：`cancel` 結束任務，`delete` 連同檔案一起刪除。
doc-replay-action = 把回呼排回去，立刻再送。
doc-model = 最新的會所有樂器；越舊越樸素、越生硬。
doc-prompt = 歌的主題和聲音。`generate` 需要它或 `lyric`。原服務只收 200 字。
doc-lyrics-prompt = 歌詞的主題，中文或英文。
doc-lyric = 歌詞，可用 `[Verse 1]`、`[Pre-Chorus]`、`[Chorus]`、`[Bridge]`、`[Intro]`、`[Outro]`、`[Instrumental]` 標出段落；文字裡的反斜線加 n 視為換行。
doc-custom = 是：依歌詞；否：依提示。
doc-title = 歌名；不填則取第一句歌詞，再不然取提示的開頭。
doc-instrumental = 不要人聲。
doc-audio-id = 從哪一首歌或上傳的聲音開始：除了 `generate` 都需要。查無此 ID 是 `bad_request`。
doc-videos-audio-id = 自己的歌或上傳的聲音。
doc-wav-audio-id = 自己的歌或上傳的聲音。
doc-continue-at = `extend`：從第幾秒接下去；不填就從結尾，不得超過結尾。
doc-replace-section-start = `replace_section`：重做的第一秒。
doc-replace-section-end = `replace_section`：重做到哪一秒為止，要在開始之後，不得超過結尾。
doc-lyrics-strength = 人聲有多靠前。
doc-sound-strength = 樂器與速度多貼近風格。小於 0.2 視為 0.2。
doc-cover-strength = `cover`：編曲離原曲多遠。小於 0.2 視為 0.2。
doc-weirdness = 從人人預料得到（0）到借用和弦、大跳與奇異樂器（1）。
doc-seed = 同樣的訂單加同樣的種子就是同一首歌。不填則隨機；回應裡是字串。
doc-style = 描述風格的字。
doc-style-negative = 不要聽到的東西。
doc-vocal-gender = 由誰來唱；不填則由風格與種子決定。
doc-lyric-prompt = 新歌詞的主題，若與提示不同。
doc-swap-audio-id = 交換：從哪一首歌取；不填則重新製作。
doc-async = 立刻回應任務 ID；再向 /producer/tasks 查詢結果。
doc-dry-run = 只檢查並報價，什麼都不做：價格、引擎、排隊位置和預估時間。
doc-callback-url = 接收結果的 http 或 https 網址。填了就立刻回應任務 ID。
doc-audio-url = 聲音的 http 或 https 網址：mp3、m4a、wav、flac 或 ogg。除非設定允許，不接受伺服器內部網路的位址；本站自己的檔案會直接讀取。
doc-id = 一個任務。不是自己任務的 ID 就是 `not_found`。
doc-replay-id = 哪一個任務的回呼。
doc-task-id = 與 `id` 相同。
doc-callback-task-id = 哪一個任務。不是自己任務的 ID 就是 `not_found`。
doc-trace-id = `retrieve`：用下單時的追蹤 ID 找任務。
doc-ids = 上傳的任務 ID 陣列：依所給順序回應，重複的給兩次，查無的略去。
doc-replay-ids = 幾個任務；查無的略去。
doc-trace-ids = `retrieve_batch`：用下單時的追蹤 ID 查多個任務。
doc-application-id = `retrieve_batch` 不給 ID 時：只列這個申請的。
doc-user-id = `retrieve_batch` 不給 ID 時：只會回應自己的。
doc-type = `retrieve_batch` 不給 ID 時：只列這一種。
doc-created-at-min = `retrieve_batch` 不給 ID 時：從這一秒（Unix 時間）起。
doc-created-at-max = `retrieve_batch` 不給 ID 時：到這一秒（Unix 時間）為止。
doc-limit = 最多幾筆。
doc-offset = `retrieve_batch` 不給 ID 時：略過最新的幾筆。
doc-wait = `retrieve`：最多等任務幾秒。
doc-include = `retrieve`：另外附上什麼：把歌當作資料。
doc-after = 游標；`0` 是還留著的最舊事件，`latest` 是從現在起。
doc-before = 前一次回應的 `cursor`。
doc-state = 只列這個狀態的。
doc-replay-state = 所有放棄了的回呼，一次最多 1,000 個。
doc-idempotency-key = 同樣的鍵、同樣的訂單就是同一個任務。
doc-cancel-after = 任務最晚要在下單後多久結束：`90`、`90s`、`10m` 或 `2h`；1 秒到 7 天。
