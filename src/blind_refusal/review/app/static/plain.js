// Pages without a form: keys only.

import * as keys from "./keys.js";

keys.listen();
