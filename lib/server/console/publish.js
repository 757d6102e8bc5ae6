// The form that publishes.
import {problemOf} from './feed.js';

export class PublishForm {
  /** `authorized(send)` sends with the key that is in force, and asks for one on 401. */
  constructor(form, authorized) {
    this.form = form;
    this.authorized = authorized;
    this.result = form.querySelector('#publish-result');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
  }

  #field(name) {
    return this.form.querySelector(`#publish-${name}`).value;
  }

  /** The channel, as long as nobody has written another one. */
  suggest(channel) {
    const field = this.form.querySelector('#publish-channel');
    if (field.value === '' || field.value === this.suggested) field.value = channel;
    this.suggested = channel;
  }

  focus() {
    this.form.querySelector(this.#field('channel') === '' ? '#publish-channel' : '#publish-data').focus();
  }

  async #send() {
    const live = this.form.elements.kind.value === 'live';
    const query = new URLSearchParams({channel: this.#field('channel').trim()});
    if (this.#field('event')) query.set('event', this.#field('event'));
    if (this.#field('key')) query.set('key', this.#field('key'));
    if (live) query.set('live', '1');
    const button = this.form.querySelector('#publish-button');
    button.disabled = true;
    try {
      const response = await this.authorized((headers) => fetch(`publish?${query}`, {method: 'POST', headers, body: this.#field('data')}));
      if (response === null) this.#say('', 'Not published: a key is needed');
      else if (!response.ok) this.#say('bad', await problemOf(response));
      else if (live) this.#say('good', 'Sent, live only');
      else this.#say('good', `Published with id ${(await response.json()).id}`);
    } catch {
      this.#say('bad', 'The listener cannot be reached');
    }
    button.disabled = false;
  }

  #say(state, text) {
    this.result.dataset.state = state;
    this.result.textContent = text;
  }
}
