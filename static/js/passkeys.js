// Passkeys: a form with `data-passkey` asks the browser for a credential before it is sent.
// `webauthnJSON` comes with the server's library and turns the options' base64 into bytes.
const problems = {
  NotAllowedError: "The browser was asked to stop, or nothing answered in time. Try again.",
  InvalidStateError: "This device has a passkey for you already.",
  SecurityError: "The browser allows passkeys only over HTTPS and under a host name.",
  NotSupportedError: "This browser or device cannot do this.",
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return
    event.preventDefault()
    ask(form)
  })
}

async function ask(form) {
  const problem = form.querySelector("[data-passkey-problem]")
  problem.hidden = true
  try {
    const options = JSON.parse(document.getElementById(form.dataset.passkeyOptions).textContent)
    const credential =
      form.dataset.passkey === "create"
        ? await window.webauthnJSON.create(options.creation_options)
        : await window.webauthnJSON.get(options.request_options)
    form.elements.credential.value = JSON.stringify(credential)
    form.requestSubmit()
  } catch (error) {
    problem.textContent = problems[error.name] ?? `The browser could not do it: ${error.message}`
    problem.hidden = false
  }
}
