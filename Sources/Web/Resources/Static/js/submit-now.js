// Sends the one form marked for it as soon as the page is there; without scripts its button does.
document.querySelector("form[data-submit-now]")?.requestSubmit();
