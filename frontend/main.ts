import "./styles.css";
import "./charts.css";
import "./calendar.css";
import "./core/htmx";
import "./core/ime";
import "./core/toasts";
import "./core/dialogs";
import "./core/keys";
import "./core/forms";
import "./core/live";

import.meta.glob("./elements/*.ts", { eager: true });
