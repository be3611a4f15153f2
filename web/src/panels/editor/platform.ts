// Which keyboard this is.

export const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);
