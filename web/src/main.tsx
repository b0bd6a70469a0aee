import { render } from 'preact';
import '@preact/signals'; // lets components follow the signals they read
import { App } from './app';
import { startRouter } from './lib/router';
import { bindMediaSession } from './player/media_session';
import { engine, startStore } from './store';
import { startKeyboard } from './ui/keyboard';
import './styles/base.css';
import './styles/shell.css';
import './styles/library.css';
import './styles/player.css';

startRouter();
startStore();
startKeyboard();
bindMediaSession(engine);
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
