import { render } from 'preact';
import '@preact/signals'; // lets components follow the signals they read
import { App } from './app';
import { startRouter } from './lib/router';
import { bindMediaSession } from './player/media_session';
import { engine, startStore } from './store';
import { radioPlayer, startRadio } from './radio_store';
import { startKeyboard } from './ui/keyboard';
import './styles/base.css';
import './styles/shell.css';
import './styles/library.css';
import './styles/player.css';
import './styles/radio.css';

startRouter();
startStore();
startRadio();
startKeyboard();
bindMediaSession(engine, radioPlayer);
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
