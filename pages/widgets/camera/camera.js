// The camera's picture and its frames, sent one by one: the next when the last is answered.
// Knows nothing of what is made of a frame.

const INTERVAL = 80; // ms between two frames at least: more than twelve a second help nobody
const PATIENCE = 2000; // ms to wait for an answer before sending the next all the same
const RECENT = 2000; // ms over which answers are counted

const WORDS = {
  off: "Hold something up before the camera and watch the bars move.",
  insecure:
    "A browser lends its camera only to a page opened as localhost or over https. " +
    "Upload a photo instead: a phone offers its camera there.",
  NotAllowedError:
    "The browser may not use the camera. Allow it beside the address of this page, then start again.",
  NotFoundError: "No camera was found. Connect one, then start again.",
  NotReadableError: "The camera is busy. Close the program that uses it, then start again.",
  ended: "The camera was switched off or unplugged.",
};

const cameras = new WeakMap();

function node(kind, name, text = "") {
  const made = document.createElement(kind);
  made.className = name;
  made.textContent = text;
  return made;
}

class Camera {
  constructor(root) {
    this.number = 0; // of the frame sent last
    this.answered = 0;
    this.sentAt = 0;
    this.answers = []; // when they came
    this.stream = null;
    this.video = node("video", "");
    Object.assign(this.video, { muted: true, playsInline: true });
    this.video.setAttribute("aria-label", "The camera's picture");
    this.canvas = node("canvas", "");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "The frame kept");
    this.words = node("p", "words", WORDS.off);
    this.words.setAttribute("role", "status");
    this.pace = node("p", "pace");
    this.startButton = this.button("Start the camera", () => this.start());
    this.startButton.className = "primary";
    this.keepButton = this.button("Keep this frame", () => this.keep());
    this.stopButton = this.button("Stop", () => this.stop());
    const stage = node("div", "stage");
    stage.append(this.video, this.canvas, this.words);
    const buttons = node("div", "buttons");
    buttons.append(this.startButton, this.keepButton, this.stopButton);
    root.append(stage, buttons, this.pace);
    this.root = root;
    this.be("off");
  }

  button(label, act) {
    const made = node("button", "", label);
    made.type = "button";
    made.onclick = act;
    return made;
  }

  // off, starting, live or kept
  be(state) {
    this.state = state;
    this.root.dataset.state = state;
    this.startButton.hidden = state === "live" || state === "starting";
    this.keepButton.hidden = this.stopButton.hidden = state !== "live";
    this.video.hidden = state !== "live";
    this.canvas.hidden = state !== "kept";
    this.words.hidden = state === "live" || state === "kept";
    if (state !== "live") this.pace.textContent = "";
  }

  say(words) {
    this.be("off");
    this.words.textContent = words;
  }

  async start() {
    if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) {
      this.say(WORDS.insecure);
      return;
    }
    this.be("starting");
    this.words.textContent = "Waiting for the camera…";
    const wanted = { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "environment" };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      if (this.left) {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      this.stream = stream;
      stream.getVideoTracks()[0].onended = () => {
        this.release();
        this.say(WORDS.ended);
      };
      this.video.srcObject = stream;
      await this.video.play();
      this.answers = [];
      this.be("live");
      this.tick();
    } catch (error) {
      this.release();
      this.say(WORDS[error.name] ?? `The camera did not start: ${error.message}`);
    }
  }

  // Gives the camera back: its light goes out.
  release() {
    clearTimeout(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  keep() {
    this.release();
    this.be("kept");
    this.startButton.focus();
  }

  stop() {
    this.release();
    this.say(WORDS.off);
    this.give("");
    this.startButton.focus();
  }

  leave() {
    this.left = true;
    this.release();
  }

  give(picture) {
    this.number += 1;
    this.sentAt = performance.now();
    this.setStateValue("frame", { number: this.number, picture });
  }

  // Send a frame where it is time for one, and look again soon.
  tick() {
    clearTimeout(this.timer);
    if (this.state !== "live") return;
    const since = performance.now() - this.sentAt;
    const answered = this.answered >= this.number || since > PATIENCE;
    if (answered && since >= INTERVAL && !document.hidden && this.video.videoWidth) this.send();
    const soon = answered ? Math.max(10, INTERVAL - since) : 250;
    this.timer = setTimeout(() => this.tick(), soon);
  }

  send() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const part = Math.min(width, height);
    this.canvas.width = this.canvas.height = this.side;
    const context = this.canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    const [left, top] = [(width - part) / 2, (height - part) / 2];
    context.drawImage(this.video, left, top, part, part, 0, 0, this.side, this.side);
    this.give(this.canvas.toDataURL("image/jpeg", 0.85));
  }

  // What the server says: up to which frame it has answered.
  hear(data) {
    this.side = data.side;
    // A server that knows later frames than this camera, which was mounted anew.
    this.number = Math.max(this.number, data.answered);
    if (data.paused && this.state === "live") {
      this.release(); // something else is looked at: the next frame would put it aside
      this.be("off");
      this.words.textContent = WORDS.off;
    }
    if (data.answered === this.answered) return;
    this.answered = data.answered;
    if (this.state !== "live") return;
    const now = performance.now();
    this.answers = [...this.answers, now].filter((moment) => now - moment < RECENT);
    const seconds = (now - this.answers[0]) / 1000;
    const pace = seconds > 0.5 ? (this.answers.length - 1) / seconds : 0;
    const count = pace.toFixed(0);
    this.pace.textContent = pace ? `${count} answer${count === "1" ? "" : "s"} a second` : "";
    this.tick();
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".convscope-camera");
  if (!cameras.has(root)) cameras.set(root, new Camera(root));
  const camera = cameras.get(root);
  camera.setStateValue = setStateValue;
  camera.hear(data);
  return () => {
    if (!root.isConnected) camera.leave(); // else only this call was superseded
  };
}
