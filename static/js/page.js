// What every page loads. Each module looks for its own elements and does nothing without them.
import "./morph.js";
import "./time.js";
import "./gone.js";
import "./forms.js";
import "./tabs.js";
import "./room.js";
import "./terminal.js";
import "./live.js";
import "./keys.js";
import "./bell.js";
