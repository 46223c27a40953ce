// Elements. All text becomes text nodes: nothing that a model wrote is ever read as markup.
const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy('cases', { createScriptURL: (url) => url })
  : { createScriptURL: (url) => url };

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'on') {
      for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// Text from cases, models and judges: its own line breaks and its own direction, which does not reach beyond it.
function foreign(tag, text, attributes) {
  return make(tag, { dir: 'auto', ...attributes, class: `foreign ${(attributes || {}).class || ''}`.trim() }, text);
}

function byId(id) {
  return document.getElementById(id);
}

// Data arrive as scripts that call one function by name: the one way that works without a server.
const arrivals = new Map();
const loading = new Map();

window.blindRefusalData = (name, data) => {
  arrivals.set(name, data);
};

function load(name) {
  if (!/^(index|cell-[0-9]+)$/.test(name)) return Promise.reject(new Error(`no data of the name ${name}`));
  if (!loading.has(name)) {
    loading.set(name, new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = policy.createScriptURL(`cases/${name}.js`);
      script.addEventListener('load', () => {
        if (arrivals.has(name)) resolve(arrivals.get(name));
        else reject(new Error(`cases/${name}.js holds other data`));
      });
      script.addEventListener('error', () => {
        loading.delete(name);
        reject(new Error(`cases/${name}.js cannot be read; the folder cases must lie beside this page`));
      });
      document.head.append(script);
    }));
  }
  return loading.get(name);
}
